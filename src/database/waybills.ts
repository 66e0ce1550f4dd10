import type { ShopTables } from '../config/config';
import type { Carriers } from '../shipment/carriers';
import type { NotedNumber } from '../shipment/renumbered';
import { fittedId, idSpellings, isGivenId, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { ORDER_FUNCTION, readOrders } from './schema/order-access';
import { shopNames } from './shop-names';

/** The shop's waybills, and the carriers by whose names they are found. */
export interface ShopWaybills {
  readonly shopTables: ShopTables;
  readonly carriers: Carriers;
  /** Nothing is written into the shop's table. */
  readonly shadow?: boolean;
}

/** A row of the shop's waybill table. Ids as text, whatever type the shop gave them. */
export interface Waybill {
  readonly id: string;
  readonly carrier: string | null;
  readonly tracking_no: string;
  readonly order_id: string | null;
  readonly status: string | null;
}

/** A row, and under which number it stood when it was heard of last; `null`: it never was. */
export interface KnownWaybill extends Waybill {
  readonly noted: NotedNumber | null;
  /** The ids of other rows that have its number with an order; absent where there is none. */
  readonly beside?: readonly string[];
}

/** Links a waybill to an order and returns the row as written. */
export async function linkWaybill(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
  orderId: string,
): Promise<Waybill> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<Waybill>(
    `update ${waybills.name}
        set ${waybills.orderId} = $2
      where ${waybills.id} = $1
     returning ${waybillColumns(tables)}`,
    [waybillId, orderId],
  );
  return rows[0] as Waybill;
}

/**
 * Finds the order that a caller means, as the shop spells its id; `null` when there is none.
 * Throws 22P02 or 22003 when the id does not fit the table's column.
 */
export async function findOrderId(
  db: Queryable,
  tables: ShopTables,
  orderId: string,
): Promise<string | null> {
  const { orders } = shopNames(tables);
  const { orderId: type } = await readIdTypes(db, tables);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<{ id: string }>(
      access === 'table'
        ? `select ${orders.id}::text as id from ${orders.name}
            where ${isGivenId(orders.id, '$1', type)} limit 1`
        : `select id::text from unnest(${idSpellings('$1::text', type)}) as id
            where exists (select from ${ORDER_FUNCTION}(id::text)) limit 1`,
      [orderId],
    );
    return rows[0]?.id ?? null;
  });
}

/**
 * Serialises everything that finds or creates a waybill of one number, until the transaction ends. An advisory lock,
 * because the row may not exist yet; over the number alone, because its carrier has many names.
 */
export async function lockNumber(db: Queryable, trackingNo: string): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`waybell:${trackingNo}`]);
}

/** No carrier gives a number to so many parcels; a shop that does, as for tests, is not read for ever. */
const MOST_OF_A_NUMBER = 100;

/**
 * The rows of a number, whatever their carriers, and holds them: first those that name the carrier as it was said, then
 * those with an order. Shops write numbers in either case. Take `lockNumberAndRows` where one may have to be inserted.
 */
export async function selectNumberForUpdate(
  db: Queryable,
  tables: ShopTables,
  trackingNo: string,
  carrier: string,
): Promise<KnownWaybill[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<KnownWaybill>(
    `select ${waybillColumns(tables)}, known.noted
       from ${waybills.name} b ${noted(tables)}
      where b.${waybills.trackingNo} = any ($1)
      order by lower(b.${waybills.carrier}) is distinct from $2, b.${waybills.orderId} is null, b.${waybills.id}
      limit ${MOST_OF_A_NUMBER}
        for update of b`,
    [[trackingNo, trackingNo.toLowerCase()], carrier],
  );
  return rows;
}

/** As `selectNumberForUpdate`, with `lockNumber` before it: who has waited for the lock sees what the other has written. */
export async function lockNumberAndRows(
  db: Queryable,
  tables: ShopTables,
  trackingNo: string,
  carrier: string,
): Promise<KnownWaybill[]> {
  // Two statements in one round trip: one alone would read what was there before it waited.
  const [, rows] = await Promise.all([
    lockNumber(db, trackingNo),
    selectNumberForUpdate(db, tables, trackingNo, carrier),
  ]);
  return rows;
}

/** Finds a row by its id, and holds it. */
export async function selectWaybillForUpdate(
  db: Queryable,
  tables: ShopTables,
  id: string,
): Promise<KnownWaybill | undefined> {
  const { waybills } = shopNames(tables);
  const { waybillId } = await readIdTypes(db, tables);
  const { rows } = await db.query<KnownWaybill>(
    `select ${waybillColumns(tables)}, known.noted
       from ${waybills.name} b ${noted(tables)}
      where b.${waybills.id} = ${fittedId('$1', waybillId)}
        for update of b`,
    [id],
  );
  return rows[0];
}

/** SQL: what is noted of the row `b`, as `known.noted`. */
function noted(tables: ShopTables): string {
  const { waybills } = shopNames(tables);
  return `left join lateral (
           select jsonb_build_object('carrier', k.carrier, 'trackingNo', k.tracking_no, 'firstInstance', k.first_instance) as noted
             from waybell.waybill_numbers k where k.waybill_id = b.${waybills.id}::text) known on true`;
}

/** The columns of a `Waybill`, under the names that the shop gave them. */
export function waybillColumns(tables: ShopTables): string {
  const { waybills } = shopNames(tables);
  return [
    `${waybills.id}::text as id`,
    `${waybills.carrier} as carrier`,
    `${waybills.trackingNo} as tracking_no`,
    `${waybills.orderId}::text as order_id`,
    `${waybills.status}::text as status`,
  ].join(', ');
}
