import type { ShopTables } from '../config/config';
import { carrierCode, type Carriers } from '../shipment/carriers';
import { isOfAny, type NumberedRow } from '../shipment/choose-waybill';
import type { ShipmentUpdate } from '../shipment/update';
import { fittedId, type IdTypes, named, readIdTypesNow } from './ids';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/**
 * Rows that have got the number of a parcel that is under way, or was told of: added by SQL for another order, or
 * corrected to it. What is known of the number is their news too.
 */
export interface LateRow extends NumberedRow {
  /** What was told of the number last, and still holds. */
  readonly told: {
    readonly workflowId: string;
    /** The row that it was told of. */
    readonly waybillId: string;
    readonly update: ShipmentUpdate;
  };
}

/** Of each kind the newest: more are added in one sweep by an import, and are told from their next scans on. */
const MOST_LOOKED_AT = 10_000;
const MOST_FOUND = 1_000;

/** SQL: since the last sweep. A transaction may take some minutes until its rows are seen. */
const SINCE = `(select coalesce(max(swept_at), now()) - interval '15 minutes' from waybell.sweeps)`;

/** SQL: nothing was decided about the row `l`. Not "not exists": for that PostgreSQL may read whole tables. */
const IS_UNDECIDED = `coalesce(
               (select true from waybell.express_updates u where u.waybill_id = l.id limit 1),
               (select true from waybell.parcel_memories m where m.waybill_id = l.id limit 1)) is null`;

/** SQL: what a row is known by. */
function columnsOf(alias: string, tables: ShopTables): string {
  const { waybills } = shopNames(tables);
  return `${alias}.${waybills.id}::text as id, ${alias}.${waybills.carrier}::text as carrier,
             ${alias}.${waybills.trackingNo}::text as number, ${alias}.${waybills.orderId}::text as order_id`;
}

/** SQL: the rows that were made, or changed, since then, by an index of the shop's in that order. */
function newestBy(column: 'created_at' | 'updated_at', type: string | null, tables: ShopTables): string[] {
  if (!type?.startsWith('timestamp')) return [];
  // Of a time without a zone nobody knows the zone: those of the earliest count.
  const since = type.endsWith('with time zone')
    ? SINCE
    : `(${SINCE} at time zone 'UTC' - interval '12 hours')`;
  return [
    `(select ${columnsOf('b', tables)} from ${shopNames(tables).waybills.name} b
       where b.${column} > ${since} order by b.${column} desc limit ${MOST_LOOKED_AT})`,
  ];
}

/** SQL: the rows whose correction was seen since then. */
function corrected(tables: ShopTables, types: IdTypes): string {
  const { waybills } = shopNames(tables);
  return `(select ${columnsOf('b', tables)}
        from (select waybill_id from waybell.waybill_numbers
               where noted_at > ${SINCE} and tracking_no <> '' and first_instance > 1 and former_of is null
               order by noted_at desc limit ${MOST_LOOKED_AT}) c
        join ${waybills.name} b on b.${waybills.id} = ${fittedId('c.waybill_id', types.waybillId)})`;
}

/**
 * Finds rows with an order about which nothing was decided yet, though their number was told of: of those that were
 * made or changed lately, where an index of the shop's finds them, and of those that were seen to be corrected. What it
 * costs depends on how many those are, and not on how many rows there are.
 */
export async function findLateRows(
  db: Queryable,
  tables: ShopTables,
  carriers: Carriers,
): Promise<LateRow[]> {
  const types = await readIdTypesNow(db, tables);
  const lately = [
    ...newestBy('created_at', types.indexedCreatedAt, tables),
    ...newestBy('updated_at', types.indexedUpdatedAt, tables),
    corrected(tables, types),
  ];
  const { rows } = await db.query<LateRow & { readonly toldCarrier: string | null }>(
    `with lately as (${lately.join(' union ')})
     select l.id, l.carrier, l.order_id, coalesce(k.carrier, told.update ->> 'carrier') as "toldCarrier",
            to_jsonb(told) - 'seq' as told
       from lately l
       join waybell.waybill_numbers k
         on k.tracking_no = any (array[l.number, lower(l.number), upper(l.number)]) and k.waybill_id <> l.id
      cross join lateral (
        select u.workflow_id as "workflowId", u.decision ->> 'waybillId' as "waybillId", u.input as update, u.seq,
               u.status, u.instance
          from waybell.express_updates u
         where u.waybill_id = k.waybill_id and u.verdict = 'announce' order by u.seq desc limit 1) told
      cross join lateral (
        select u.decision ->> 'status' as status, u.instance
          from waybell.express_updates u
         where u.waybill_id = k.waybill_id order by u.seq desc limit 1) latest
      where ${named('l.order_id')} is not null and told.update is not null
        and (told.status, told.instance) = (latest.status, latest.instance)
        and (${IS_UNDECIDED}
             or exists (select from waybell.waybill_numbers own
                         where own.waybill_id = l.id and upper(${named('own.tracking_no')}) <> upper(${named('l.number')})))
      order by l.id, told.seq desc
      limit ${MOST_FOUND}`,
  );
  const found = rows.filter((row) => isOfCarrier(row, row.toldCarrier, carriers));
  // Of several rows that were told, the newest word.
  return found.filter(({ id }, index) => found.findIndex((row) => row.id === id) === index);
}

/** As of rows that stand beside each other: one that names no carrier is none of them. */
const isOfCarrier = (row: NumberedRow, told: string | null, carriers: Carriers): boolean =>
  told !== null && !isOfAny(row) && carrierCode(carriers, row.carrier ?? '') === carrierCode(carriers, told);
