import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../../config/config';
import type { Queryable } from '../pool';

interface WantedIndex {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

interface MissingIndex extends WantedIndex {
  /** A partitioned table takes no index concurrently. */
  readonly partitioned: boolean;
}

/** By what a webhook looks up the shop's rows. */
function wantedIndexes({ waybills, orders }: ShopTables): WantedIndex[] {
  return [
    { schema: waybills.schema, table: waybills.table, column: waybills.trackingNo },
    { schema: waybills.schema, table: waybills.table, column: waybills.id },
    { schema: orders.schema, table: orders.table, column: orders.id },
  ];
}

/**
 * Finds columns of the shop's tables by which every webhook looks for a row, and that no index begins with: each
 * webhook then reads the whole table, and with some hundred thousand rows deliveries stop. A view is not looked at.
 * @returns a sentence with the SQL for each
 */
export function findMissingShopIndexes(db: Queryable, shopTables: ShopTables): Promise<string[]> {
  return findUnindexed(db, wantedIndexes(shopTables), 'every webhook');
}

/**
 * Parcels of one order are counted for its people where an index finds them. It is optional: nothing else looks for it.
 * @returns a sentence with the SQL, or nothing where they are counted
 */
export async function findUncountedParcels(db: Queryable, { waybills }: ShopTables): Promise<string[]> {
  const wanted = { schema: waybills.schema, table: waybills.table, column: waybills.orderId };
  const unindexed = await selectUnindexed(db, [wanted]);
  return unindexed.map(
    (missing) =>
      `Messages do not say which parcel of its order one is (docs/shop.md): ${nameOf(missing)} has no index that begins with ${missing.column}. To have it said: ${indexSql(missing)}`,
  );
}

/** SQL: whether an index serves to find rows of the table `oid` by its column `attnum`. */
export const IS_INDEXED = (oid: string, attnum: string): string => `exists (
        select from pg_index i
          join pg_class x on x.oid = i.indexrelid
          join pg_am m on m.oid = x.relam
         where i.indrelid = ${oid} and i.indkey[0] = ${attnum} and i.indisvalid and i.indpred is null
           and m.amname in ('btree', 'hash'))`;

/** The same of any columns, by which `whoever` looks for a row. */
export async function findUnindexed(
  db: Queryable,
  wanted: readonly WantedIndex[],
  whoever: string,
): Promise<string[]> {
  return (await selectUnindexed(db, wanted)).map((missing) => describeMissing(missing, whoever));
}

async function selectUnindexed(db: Queryable, wanted: readonly WantedIndex[]): Promise<MissingIndex[]> {
  const { rows } = await db.query<MissingIndex>(
    `select w.schema, w.table, w.column, c.relkind = 'p' as partitioned
       from jsonb_to_recordset($1) as w(schema text, "table" text, "column" text)
       join pg_namespace n on n.nspname = w.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = w.table and c.relkind in ('r', 'p', 'm')
       join pg_attribute a on a.attrelid = c.oid and a.attname = w.column and not a.attisdropped
      where not ${IS_INDEXED('c.oid', 'a.attnum')}
      order by 1, 2, 3`,
    [JSON.stringify(wanted)],
  );
  return rows;
}

function describeMissing(missing: MissingIndex, whoever: string): string {
  return `${nameOf(missing)} has no index that begins with ${missing.column}, so that ${whoever} reads the whole table. Build one: ${indexSql(missing)}`;
}

const nameOf = ({ schema, table }: WantedIndex): string => `${schema}.${table}`;

function indexSql({ schema, table, column, partitioned }: MissingIndex): string {
  const name = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
  const how = partitioned ? 'create index' : 'create index concurrently';
  return `${how} on ${name} (${escapeIdentifier(column)});`;
}
