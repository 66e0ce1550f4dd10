import type { ShopTables } from '../config/config';
import type { Queryable } from './pool';

/**
 * Compares the mapping SHOP_TABLES with the database. From the catalogue, since information_schema leaves out
 * what the role may not read and so would call a missing grant a missing column.
 */
export async function findMissingColumns(db: Queryable, shopTables: ShopTables): Promise<string[]> {
  const wanted = Object.entries(shopTables).flatMap(([part, { schema, table, ...columns }]) =>
    Object.entries(columns).map(([key, column]) => ({ setting: `${part}.${key}`, schema, table, column })),
  );
  const { rows } = await db.query<MissingColumn>(
    `select w.setting, format('%s.%s', w.schema, w.table) as "table", w.column, c.oid is not null as table_exists
       from jsonb_to_recordset($1) as w(setting text, schema text, "table" text, "column" text)
       left join pg_namespace n on n.nspname = w.schema
       left join pg_class c on c.relnamespace = n.oid and c.relname = w.table
       left join pg_attribute a
         on a.attrelid = c.oid and a.attname = w.column and a.attnum > 0 and not a.attisdropped
      where a.attname is null
      order by 2, 3`,
    [JSON.stringify(wanted)],
  );
  const tables = new Set(rows.filter((row) => !row.table_exists).map((row) => row.table));
  return [
    ...[...tables].map((table) => `The shop’s table ${table} does not exist; SHOP_TABLES says where it is.`),
    ...rows
      .filter((row) => row.table_exists)
      .map(
        ({ table, column, setting }) =>
          `The shop’s table ${table} has no column ${column}; ${setting} of SHOP_TABLES says what it is called.`,
      ),
  ];
}

interface MissingColumn {
  readonly setting: string;
  readonly table: string;
  readonly column: string;
  readonly table_exists: boolean;
}
