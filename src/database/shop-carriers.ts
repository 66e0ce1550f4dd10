import type { ShopTables } from '../config/config';
import { findNear, type NearWaybill } from './near-waybills';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/** Pages that are read of the shop's waybills, some hundred thousand rows: half a second, however many there are. */
const SAMPLED_PAGES = 2_000;
/** The rows of what is no table, and has no pages. */
const SAMPLED_ROWS = 100_000;
/** More names than carriers: a column that holds something else. */
const MOST_NAMES = 200;
const MOST_ORDERLESS = 10_000;

/** Some of the shop's waybills, or all where there are few. */
export interface WaybillSample {
  /** SQL, to stand after the name of the table. */
  readonly clause: string;
  readonly isWhole: boolean;
}

/** How to read the shop's waybills at a cost that does not grow with them. */
export async function sampleWaybills(db: Queryable, { waybills }: ShopTables): Promise<WaybillSample> {
  const { rows } = await db.query<{ paged: boolean; pages: number }>(
    `select c.relkind in ('r', 'p', 'm') as paged,
            greatest(pg_relation_size(c.oid),
                     (select coalesce(sum(pg_relation_size(relid)), 0) from pg_partition_tree(c.oid)))::float8
              / current_setting('block_size')::int as pages
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2`,
    [waybills.schema, waybills.table],
  );
  const { paged = false, pages = 0 } = rows[0] ?? {};
  if (!paged) return { clause: `limit ${SAMPLED_ROWS}`, isWhole: false };
  const percent = Math.min(100, (100 * SAMPLED_PAGES) / Math.max(pages, 1));
  return { clause: `tablesample system (${percent.toFixed(4)})`, isWhole: percent === 100 };
}

export interface UsedName {
  readonly name: string;
  readonly rows: number;
}

/** What the shop calls its carriers, what it uses most first. */
export async function listUsedNames(
  db: Queryable,
  tables: ShopTables,
  { clause }: WaybillSample,
): Promise<UsedName[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<UsedName>(
    `select name, count(*)::int as rows
       from (select ${waybills.carrier} as name from ${waybills.name} ${clause}) sampled
      where name is not null
      group by name order by 2 desc, 1 limit ${MOST_NAMES}`,
  );
  return rows;
}

/** Rows with an order under the numbers of those that have none. */
export async function findOrderedBesideOrderless(
  db: Queryable,
  tables: ShopTables,
  { clause }: WaybillSample,
): Promise<NearWaybill[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<{ id: string }>(
    `select id::text as id
       from (select ${waybills.id} as id, ${waybills.orderId} as order_id from ${waybills.name} ${clause}) sampled
      where order_id is null limit ${MOST_ORDERLESS}`,
  );
  const near = await findNear(
    db,
    tables,
    rows.map(({ id }) => id),
  );
  return near.filter(({ order_id }) => order_id !== null);
}
