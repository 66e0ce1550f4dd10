import type { Queryable } from './pool';
import { withClient } from './with-client';

/** A key that `on conflict` needs, and that the database does not have (error 42P10). */
export interface MissingKey {
  readonly table: string;
  readonly columns: readonly string[];
  /** An index over the same columns that does not serve: a partial one, or one whose building failed. */
  readonly unfit: string | null;
}

const KEYS = [
  { table: 'express_notifications', columns: ['message_id'] },
  { table: 'push_devices', columns: ['appid', 'cid'] },
] as const;

/** Finds keys for which there is no plain, valid, unique index over exactly their columns. */
export async function findMissingKeys(db: Queryable): Promise<MissingKey[]> {
  const { rows } = await db.query<MissingKey>(
    `with wanted as (select * from jsonb_to_recordset($1) as w("table" text, columns jsonb)),
     indexes as (
       select w.table, i.indexrelid::regclass::text as name,
              i.indisvalid and i.indpred is null as fit
         from wanted w
         join pg_index i on i.indrelid = to_regclass('public.' || w.table)
        where i.indisunique and i.indexprs is null
          and i.indnkeyatts = jsonb_array_length(w.columns)
          and not exists (
            select from unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) as n
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = n
             where not w.columns ? a.attname))
     select w.table, w.columns, (select min(name) from indexes x where x.table = w.table) as unfit
       from wanted w
      where to_regclass('public.' || w.table) is not null
        and not exists (select from indexes x where x.table = w.table and x.fit)`,
    [JSON.stringify(KEYS)],
  );
  return rows;
}

/**
 * Builds the index without holding up writes.
 * @returns its name
 * @throws when rows stand in the way; then the half-built index is gone again
 */
export async function addMissingKey(databaseUrl: string, { table, columns }: MissingKey): Promise<string> {
  const name = `${table}_${columns.join('_')}_plain_key`;
  return withClient(databaseUrl, async (db) => {
    try {
      await db.query(`create unique index concurrently ${name} on public.${table} (${columns.join(', ')})`);
      return name;
    } catch (error) {
      await db.query(`drop index if exists public.${name}`);
      throw error;
    }
  });
}
