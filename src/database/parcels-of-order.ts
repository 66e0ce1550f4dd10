import type { ShopTables } from '../config/config';
import { mappedFacts } from '../config/shop-tables';
import {
  type AmongParcels,
  MOST_PARCELS,
  type ParcelOfOrder,
  standingOf,
} from '../shipment/parcels-of-order';
import { readTellingFacts } from '../shipment/shop-facts';
import type { ShipmentStatus, StatusMap } from '../shipment/status';
import { idSpellings, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { factValues } from './schema/lent-facts';
import { shopNames } from './shop-names';

/** What the messages of a delivery say of its parcel among those of an order. */
export interface StoredAmong extends AmongParcels {
  readonly orderId: string;
}

export async function writeAmong(db: Queryable, workflowId: string, among: StoredAmong): Promise<void> {
  await db.query(`update waybell.express_updates set among_parcels = $2 where workflow_id = $1`, [
    workflowId,
    JSON.stringify(among),
  ]);
}

/** Lets one delivery at a time say that all parcels of an order have arrived, until the transaction ends. */
export async function lockOrder(db: Queryable, orderId: string): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`waybell order:${orderId}`]);
}

/**
 * The parcels of an order as they were made, one more than are counted at most. Only where an index of the shop's
 * begins with its column: a message is not worth reading the table.
 * @returns `null` without such an index
 */
export async function selectParcelsOfOrder(
  db: Queryable,
  tables: ShopTables,
  statusMap: StatusMap,
  orderId: string,
): Promise<ParcelOfOrder[] | null> {
  const { indexedOrderId, waybillCreatedAt } = await readIdTypes(db, tables);
  if (indexedOrderId === null) return null;
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<ParcelRow>(
    `select b.id::text as id, b.number as "trackingNo", b.word, b.facts, told.status as told,
            coalesce(told.unproven, false) as unproven, said.all_of as "saidAllOf"
       from (select w.${waybills.id} as id, w.${waybills.trackingNo} as number, w.${waybills.status}::text as word,
                    ${waybillCreatedAt === null ? 'null' : 'w.created_at'}::text as created,
                    ${factValues('w', tables, 'waybills')} as facts
               from ${waybills.name} w
              where w.${waybills.orderId} = any (${idSpellings('$1::text', indexedOrderId)})
              limit ${MOST_PARCELS + 1}) b
       left join lateral (
         select u.status, (u.decision ->> 'unproven')::boolean as unproven
           from waybell.express_updates u
          where u.waybill_id = b.id::text and u.verdict = 'announce'
          order by u.seq desc limit 1) told on true
       left join lateral (
         select max((u.among_parcels ->> 'of')::int) as all_of
           from waybell.express_updates u
          where u.waybill_id = b.id::text and u.among_parcels ->> 'orderId' = $1
            and u.among_parcels ? 'all') said on true
      order by b.created collate "C", b.id`,
    [orderId],
  );
  return rows.map((row) => readParcel(row, tables, statusMap));
}

/** A parcel as the shop's own table has it. */
export interface NamedParcel {
  readonly carrier: string | null;
  readonly tracking_no: string;
  readonly status: string | null;
}

/**
 * What the shop has of an order, whether anybody was told of it or not; one more than `MOST_PARCELS` at most.
 * @returns `null` without an index over the orders of its waybills
 */
export async function listParcelsOfOrder(
  db: Queryable,
  tables: ShopTables,
  orderId: string,
): Promise<NamedParcel[] | null> {
  const { indexedOrderId } = await readIdTypes(db, tables);
  if (indexedOrderId === null) return null;
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<NamedParcel>(
    `select w.${waybills.carrier}::text as carrier, w.${waybills.trackingNo}::text as tracking_no,
            w.${waybills.status}::text as status
       from ${waybills.name} w
      where w.${waybills.orderId} = any (${idSpellings('$1::text', indexedOrderId)})
        and w.${waybills.trackingNo} is not null
      limit ${MOST_PARCELS + 1}`,
    [orderId],
  );
  return rows;
}

interface ParcelRow {
  readonly id: string;
  readonly trackingNo: string | null;
  readonly word: string | null;
  readonly facts: Readonly<Record<string, unknown>> | null;
  readonly told: ShipmentStatus | null;
  readonly unproven: boolean;
  readonly saidAllOf: number | null;
}

function readParcel(
  { id, trackingNo, saidAllOf, facts: waybills, ...row }: ParcelRow,
  tables: ShopTables,
  statusMap: StatusMap,
): ParcelOfOrder {
  const { facts } = readTellingFacts({ waybills, orders: null }, mappedFacts(tables));
  const standing = standingOf({ ...row, isReturn: facts.direction === 'return' }, statusMap);
  return { id, trackingNo, standing, saidAllOf };
}
