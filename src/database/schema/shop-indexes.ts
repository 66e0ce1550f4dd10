import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../../config/config';
import type { Explanation } from '../../shipment/explanation';
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
export function findMissingShopIndexes(db: Queryable, shopTables: ShopTables): Promise<Explanation[]> {
  return findUnindexed(db, wantedIndexes(shopTables), { en: 'every webhook', zh: '每个 webhook' });
}

/** What Waybell does only where an index of the shop's finds the rows; a sentence with the SQL for each that is missing. */
export async function findOptionalIndexes(db: Queryable, tables: ShopTables): Promise<Explanation[]> {
  return [...(await findUncountedParcels(db, tables)), ...(await findUnseenRows(db, tables))];
}

/** Parcels of one order are counted for its people. Nothing else looks for them. */
async function findUncountedParcels(db: Queryable, { waybills }: ShopTables): Promise<Explanation[]> {
  const wanted = { schema: waybills.schema, table: waybills.table, column: waybills.orderId };
  const unindexed = await selectUnindexed(db, [wanted]);
  return unindexed.map((missing) => ({
    en: `Messages do not say which parcel of its order one is (docs/shop.md): ${nameOf(missing)} has no index that begins with ${missing.column}. To have it said: ${indexSql(missing)}`,
    zh: `消息不会说明包裹是订单的第几个（docs/shop.md）：${nameOf(missing)} 没有以 ${missing.column} 开头的索引。如果要说明：${indexSql(missing)}`,
  }));
}

/**
 * A row that is added with the number of a parcel under way is found by the time when it was made. Where the table takes
 * each number once, there is none.
 */
async function findUnseenRows(db: Queryable, { waybills }: ShopTables): Promise<Explanation[]> {
  const { rows } = await db.query<{ hasColumn: boolean; seen: boolean; partitioned: boolean }>(
    `select a.attname is not null as "hasColumn", c.relkind = 'p' as partitioned,
            a.attname is not null and ${isIndexed('c.oid', 'a.attnum', ['btree'])} as seen
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute no on no.attrelid = c.oid and no.attname = $3
       left join pg_attribute a on a.attrelid = c.oid and a.attname = '${MADE_AT}' and not a.attisdropped
        and format_type(a.atttypid, null) like 'timestamp%'
      where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')
        and not exists (
          select from pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null
             and i.indnkeyatts = 1 and i.indkey[0] = no.attnum)`,
    [waybills.schema, waybills.table, waybills.trackingNo],
  );
  return rows
    .filter(({ seen }) => !seen)
    .map(({ hasColumn, partitioned }) => {
      const index = { ...waybills, column: MADE_AT, partitioned };
      const lacks = hasColumn
        ? { en: `index that begins with ${MADE_AT}`, zh: `以 ${MADE_AT} 开头的索引` }
        : { en: `column ${MADE_AT}, a timestamp`, zh: `列 ${MADE_AT}（timestamp）` };
      const column = `alter table ${tableSql(index)} add column ${MADE_AT} timestamptz not null default now(); `;
      const sql = `${hasColumn ? '' : column}${indexSql(index)}`;
      return {
        en: `A row that is added with the number of a parcel under way is told of from its next scan on, and not within a minute (docs/shop.md): ${nameOf(index)} has no ${lacks.en}. To have it told: ${sql}`,
        zh: `为途中包裹的单号新增的行，要到下一次扫描才会通知，而不是在一分钟内（docs/shop.md）：${nameOf(index)} 没有${lacks.zh}。如果要通知：${sql}`,
      };
    });
}

/** When a row was made, as shops call it. */
const MADE_AT = 'created_at';

/** Kinds of indexes that find a value, of which the first also keeps an order. */
type IndexKind = 'btree' | 'hash';

/** SQL: whether an index of such a kind serves to find rows of the table `oid` by its column `attnum`. */
export const isIndexed = (
  oid: string,
  attnum: string,
  kinds: readonly IndexKind[] = ['btree', 'hash'],
): string => `exists (
        select from pg_index i
          join pg_class x on x.oid = i.indexrelid
          join pg_am m on m.oid = x.relam
         where i.indrelid = ${oid} and i.indkey[0] = ${attnum} and i.indisvalid and i.indpred is null
           and m.amname in (${kinds.map((kind) => `'${kind}'`).join(', ')}))`;

/** The same of any columns, by which `whoever` looks for a row. */
export async function findUnindexed(
  db: Queryable,
  wanted: readonly WantedIndex[],
  whoever: Explanation,
): Promise<Explanation[]> {
  return (await selectUnindexed(db, wanted)).map((missing) => describeMissing(missing, whoever));
}

async function selectUnindexed(db: Queryable, wanted: readonly WantedIndex[]): Promise<MissingIndex[]> {
  const { rows } = await db.query<MissingIndex>(
    `select w.schema, w.table, w.column, c.relkind = 'p' as partitioned
       from jsonb_to_recordset($1) as w(schema text, "table" text, "column" text)
       join pg_namespace n on n.nspname = w.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = w.table and c.relkind in ('r', 'p', 'm')
       join pg_attribute a on a.attrelid = c.oid and a.attname = w.column and not a.attisdropped
      where not ${isIndexed('c.oid', 'a.attnum')}
      order by 1, 2, 3`,
    [JSON.stringify(wanted)],
  );
  return rows;
}

function describeMissing(missing: MissingIndex, whoever: Explanation): Explanation {
  return {
    en: `${nameOf(missing)} has no index that begins with ${missing.column}, so that ${whoever.en} reads the whole table. Build one: ${indexSql(missing)}`,
    zh: `${nameOf(missing)} 没有以 ${missing.column} 开头的索引，因此${whoever.zh}都要读取整个表。请建一个：${indexSql(missing)}`,
  };
}

const nameOf = ({ schema, table }: WantedIndex): string => `${schema}.${table}`;

const tableSql = ({ schema, table }: WantedIndex): string =>
  `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;

function indexSql(missing: MissingIndex): string {
  const how = missing.partitioned ? 'create index' : 'create index concurrently';
  return `${how} on ${tableSql(missing)} (${escapeIdentifier(missing.column)});`;
}
