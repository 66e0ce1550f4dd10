import type { Queryable } from './pool';

/** A table that Waybell inserts into, and the columns that it never leaves empty. */
export interface Filled {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Finds columns that must not be null, have no default, and may be left empty by Waybell's inserts, which then
 * fail with error 23502. A trigger that fills the column is not recognised.
 * @returns `schema.table.column` of each
 */
export async function findUnfilledColumns(db: Queryable, filled: readonly Filled[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select format('%s.%s.%s', f.schema, f.table, a.attname) as name
       from jsonb_to_recordset($1) as f(schema text, "table" text, columns jsonb)
       join pg_namespace n on n.nspname = f.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = f.table and c.relkind in ('r', 'p')
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where a.attnotnull and not a.atthasdef and a.attidentity = ''
        and not f.columns ? a.attname
      order by f.schema, f.table, a.attnum`,
    [JSON.stringify(filled)],
  );
  return rows.map(({ name }) => name);
}
