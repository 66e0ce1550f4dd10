import type { ShopTables } from '../config/config';
import type { ShipmentStatus } from '../shipment/status';
import { isGone, linkedOrder } from './find-recipients';
import { canonicalId, fittedId, givenSpellings, type IdTypes, isSamePerson, named, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { isBehindPlace, type Place, placeTime } from './page-place';
import { isoTime } from './parcel-events';
import { joinSaid } from './scan-texts';
import { readOrders } from './schema/order-access';
import { shopNames } from './shop-names';

/** What was heard of a parcel at one moment, as its buyer may read it. */
export interface ShownScan {
  /** ISO 8601 in UTC with milliseconds. */
  readonly event_time: string;
  readonly status: ShipmentStatus | null;
  /** Masked; empty where nothing was said, or what was said is gone. */
  readonly event_text: string;
  readonly place: string | null;
}

export interface ShownParcel {
  readonly waybillId: string;
  readonly carrier: string | null;
  readonly tracking_no: string;
  readonly order_id: string;
  readonly status: ShipmentStatus | null;
  readonly scans: ShownScan[];
  /** When its buyer was told of it last; ISO 8601 in UTC with microseconds. */
  readonly at: string;
}

/** Which parcels of a buyer: a page of all that they were told of, or those of a number, told or not. */
export interface ParcelsAsked {
  readonly userId: string;
  readonly trackingNo?: string | undefined;
  readonly orderId?: string | undefined;
  readonly before?: Place | undefined;
  readonly limit: number;
}

/** No carrier says more of a parcel; of one that does, the newest. */
export const MOST_SCANS = 100;

/**
 * SQL: the scans of the parcel that a waybill stands for now, as `event_time`, `status`, `event_text`, `place` and the
 * order of their arrival, `id`; the newest ones. A number that is used again has those of its last parcel.
 */
export const newestScans = (waybillId: string, trackingNo: string): string => `
  select e.id, e.event_time, e.status, coalesce(said.text, e.event_text_safe) as event_text,
         coalesce(said.place, e.place) as place
    from waybell.platform_express_events e
    ${joinSaid('e', trackingNo)}
   where e.waybill_id = ${waybillId}
     and e.instance = (select max(last.instance) from waybell.platform_express_events last
                        where last.waybill_id = ${waybillId})
   order by e.event_time desc, e.id desc limit ${MOST_SCANS}`;

/**
 * The parcels of a buyer, by the order that each is linked to at this moment: one that went over to another buyer is
 * that one's. Found by what the buyer was told, and not by the orders: a shop may have no index for whose they are, and
 * a role of Waybell's own is lent them one by one. The one that was told of last is first.
 */
export async function selectParcels(
  db: Queryable,
  tables: ShopTables,
  asked: ParcelsAsked,
): Promise<ShownParcel[]> {
  const { userId, trackingNo, orderId, before, limit } = asked;
  const types = await readIdTypes(db, tables);
  const { waybills } = shopNames(tables);
  const number = `coalesce(upper(b.${waybills.trackingNo}::text), '')`;
  const values: unknown[] = [userId, limit];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const found =
    trackingNo === undefined ? toldParcels(types) : numberedParcels(tables, given(trackingNo.toUpperCase()));
  const narrowed = [
    ...(orderId === undefined
      ? []
      : [
          `${canonicalId(named('linked.order_id'), types.orderId)} = ${canonicalId(`${given(orderId)}::text`, types.orderId)}`,
        ]),
    ...(before === undefined
      ? []
      : [
          isBehindPlace({
            by: ['found.at', 'found.waybill_id'],
            place: [given(before.at), given(before.id)],
          }),
        ]),
  ].map((condition) => `and ${condition}`);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<ShownParcel>(
      `with own as (
         select found.waybill_id, found.at, linked.order_id
           from (select * from (${found}) one order by one.at desc, one.waybill_id desc) found
          cross join lateral (${linkedOrder('found.waybill_id', tables, types, access)}) linked
          where ${isSamePerson('linked.user_id', '$1::text', types.userId)} and not ${isGone('$1::text', types)}
            ${narrowed.join(' ')}
          order by found.at desc, found.waybill_id desc limit $2)
       select own.waybill_id as "waybillId", own.order_id, b.${waybills.carrier}::text as carrier, ${number} as tracking_no,
              coalesce(
                (select u.decision ->> 'status' from waybell.express_updates u
                  where u.waybill_id = own.waybill_id and u.decision ->> 'status' is not null
                  order by u.seq desc limit 1),
                (select known.update -> 'decision' ->> 'status'
                   from waybell.parcel_memories m
                  cross join jsonb_array_elements(m.updates) with ordinality known(update, seq)
                  where m.waybill_id = own.waybill_id and known.update -> 'decision' ->> 'status' is not null
                  order by known.seq desc limit 1)) as status,
              (select coalesce(jsonb_agg(jsonb_build_object(
                        'event_time', ${isoTime('scan.event_time')}, 'status', scan.status,
                        'event_text', scan.event_text, 'place', scan.place)
                        order by scan.event_time desc, scan.id desc), '[]')
                 from (${newestScans('own.waybill_id', number)}) scan) as scans,
              ${placeTime('own.at')} as at
         from own join ${waybills.name} b on b.${waybills.id} = ${fittedId('own.waybill_id', types.waybillId)}
        order by own.at desc, own.waybill_id desc`,
      values,
    );
    return rows;
  });
}

/** SQL: of which parcels the person $1 was told, and when last. */
const toldParcels = (types: IdTypes): string => `
  select n.waybill_id::text as waybill_id, max(n.created_at)::timestamptz as at
    from ${givenSpellings('$1', types.recipientId)} spelled
    join public.express_notifications n on n.recipient_id = spelled.id
   where n.aud = 'user' and n.waybill_id is not null and n.created_at is not null
   group by n.waybill_id`;

/** SQL: the parcels of a number. Shops write numbers in either case. */
function numberedParcels(tables: ShopTables, trackingNo: string): string {
  const { waybills } = shopNames(tables);
  return `select w.${waybills.id}::text as waybill_id, 'epoch'::timestamptz as at from ${waybills.name} w
           where w.${waybills.trackingNo} = any (array[${trackingNo}::text, lower(${trackingNo}::text)])`;
}
