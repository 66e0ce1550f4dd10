import type { ShopTables } from '../config/config';
import { carrierNames, type Carriers } from '../shipment/carriers';
import type { ErasureSubject } from '../shipment/erasure';
import { fittedId, idSpellings, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { readOrders } from './schema/order-access';
import { shopNames } from './shop-names';
import { IS_FORMER } from './waybill-numbers';
import type { ShopWaybills } from './waybills';

/** A parcel that is to be erased. */
export interface ErasureParcel {
  /** `''`: no waybill of this number is known. */
  readonly waybillId: string;
  /** In canonical spelling. */
  readonly trackingNo: string;
}

/** SQL of the parcels, and what its parameters from $2 on are; $1 is the erasure. */
interface Listing {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const CANONICAL = (number: string): string => `upper(btrim(${number}))`;

/**
 * Writes down which parcels an erasure is about, so that what it deletes does not change what it has still to find.
 * Once: a repeat adds nothing. Reads the orders of the shop as a whole only where it has no index over its buyers.
 * @returns how many there are
 */
export async function listErasureParcels(
  db: Queryable,
  shop: ShopWaybills,
  erasureId: string,
  subject: ErasureSubject,
): Promise<number> {
  const { sql, values } = await listingOf(db, shop, subject);
  await db.query(
    `insert into waybell.erasure_parcels (erasure_id, waybill_id, tracking_no)
     select $1::text, p.waybill_id, min(p.tracking_no) from (${sql}) p group by p.waybill_id
     on conflict do nothing`,
    [erasureId, ...values],
  );
  // And what is known of the numbers that their rows had before.
  await db.query(
    `insert into waybell.erasure_parcels (erasure_id, waybill_id, tracking_no)
     select p.erasure_id, k.waybill_id, ${CANONICAL('k.tracking_no')}
       from waybell.erasure_parcels p join waybell.waybill_numbers k on k.former_of = p.waybill_id
      where p.erasure_id = $1
     on conflict do nothing`,
    [erasureId],
  );
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from waybell.erasure_parcels where erasure_id = $1`,
    [erasureId],
  );
  return rows[0]?.count ?? 0;
}

async function listingOf(
  db: Queryable,
  { shopTables, carriers }: ShopWaybills,
  { kind, id, carrier }: ErasureSubject,
): Promise<Listing> {
  switch (kind) {
    case 'user':
      return { sql: await parcelsOfUser(db, shopTables), values: [id] };
    case 'order':
      return { sql: await parcelsOfOrder(db, shopTables), values: [id] };
    case 'waybill':
      return parcelsOfNumber(shopTables, carriers, id, carrier);
  }
}

/**
 * Whose order a waybill names; and those of which this person was told, where their order is gone by now, or may not be
 * read, or names nobody. A parcel that went over to another buyer is that one's.
 */
async function parcelsOfUser(db: Queryable, tables: ShopTables): Promise<string> {
  const { waybills, orders } = shopNames(tables);
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, (access) => {
    const number = CANONICAL(`w.${waybills.trackingNo}`);
    const told = `select n.waybill_id::text as waybill_id, n.order_id::text as order_id, n.tracking_no
                    from public.express_notifications n
                   where n.recipient_id = any (${idSpellings('$2::text', types.recipientId)})
                     and n.aud = 'user' and n.waybill_id is not null and n.tracking_no is not null`;
    const awaited = `select a.waybill_id, null, null from waybell.express_waits a
                      where a.audience = 'user' and a.owner_id = any (${idSpellings('$2::text', 'text')})
                        and a.kind = 'device'`;
    const known = `select told.waybill_id, coalesce(${number}, ${CANONICAL('told.tracking_no')}) as tracking_no
       from (${told} union all ${awaited}) as told(waybill_id, order_id, tracking_no)
       left join ${waybills.name} w on w.${waybills.id} = ${fittedId('told.waybill_id', types.waybillId)}
      where coalesce(w.${waybills.trackingNo}, told.tracking_no) is not null`;
    if (access === 'function') {
      // One order at a time is lent, and no list of them: of each that was told of it is asked whose it is now.
      return Promise.resolve(
        `${known} and not exists (
           select from waybell.order_recipients(w.${waybills.orderId}::text) o
            where o.user_id is not null and not o.user_id = any (${idSpellings('$2::text', 'text')}))`,
      );
    }
    const joined = types.orderId === types.namedOrderId ? '' : '::text';
    const isIts = `o.${orders.id}${joined} = w.${waybills.orderId}${joined}`;
    const owner = idSpellings('$2::text', types.buyerId);
    return Promise.resolve(
      `select w.${waybills.id}::text as waybill_id, ${number} as tracking_no
         from ${orders.name} o join ${waybills.name} w on ${isIts}
        where o.${orders.userId} = any (${owner}) and w.${waybills.trackingNo} is not null
       union all
       ${known} and not exists (
         select from ${orders.name} o
          where ${isIts} and o.${orders.userId} is not null and not o.${orders.userId} = any (${owner}))`,
    );
  });
}

async function parcelsOfOrder(db: Queryable, tables: ShopTables): Promise<string> {
  const { waybills } = shopNames(tables);
  const { namedOrderId } = await readIdTypes(db, tables);
  return `select w.${waybills.id}::text as waybill_id, ${CANONICAL(`w.${waybills.trackingNo}`)} as tracking_no
            from ${waybills.name} w
           where w.${waybills.orderId} = any (${idSpellings('$2::text', namedOrderId)})
             and w.${waybills.trackingNo} is not null`;
}

/** The number itself where it is no waybill's: something may be kept of one that never became one. */
function parcelsOfNumber(
  tables: ShopTables,
  carriers: Carriers,
  number: string,
  carrier: string | undefined,
): Listing {
  const { waybills } = shopNames(tables);
  const names = carrier === undefined ? null : carrierNames(carriers, carrier);
  return {
    sql: `with named as (
            select w.${waybills.id}::text as waybill_id, ${CANONICAL(`w.${waybills.trackingNo}`)} as tracking_no
              from ${waybills.name} w
             where w.${waybills.trackingNo} = any ($3)
               and ($4::text[] is null or lower(w.${waybills.carrier}) = any ($4))
            union
            select k.waybill_id, ${CANONICAL('k.tracking_no')}
              from waybell.waybill_numbers k
             where k.tracking_no = any ($3) and ${IS_FORMER('k.waybill_id')}
               and ($4::text[] is null or lower(k.carrier) = any ($4)))
          select * from named union all select '', $2::text where not exists (select from named)`,
    values: [number, [number, number.toLowerCase()], names],
  };
}

/** Some parcels that were gone through less often than `pass`. */
export async function selectErasureParcels(
  db: Queryable,
  erasureId: string,
  pass: number,
  limit: number,
): Promise<ErasureParcel[]> {
  const { rows } = await db.query<ErasureParcel>(
    `select waybill_id as "waybillId", tracking_no as "trackingNo" from waybell.erasure_parcels
      where erasure_id = $1 and passes < $2
      order by passes, waybill_id limit $3`,
    [erasureId, pass, limit],
  );
  return rows;
}

/** Notes that they were gone through so often. */
export async function notePassed(
  db: Queryable,
  erasureId: string,
  pass: number,
  waybillIds: readonly string[],
): Promise<void> {
  await db.query(
    'update waybell.erasure_parcels set passes = $2 where erasure_id = $1 and waybill_id = any ($3)',
    [erasureId, pass, waybillIds],
  );
}

/** Some of the parcels of an erasure, after one of them. */
export async function selectParcelsAfter(
  db: Queryable,
  erasureId: string,
  after: string | null,
  limit: number,
): Promise<ErasureParcel[]> {
  const { rows } = await db.query<ErasureParcel>(
    `select waybill_id as "waybillId", tracking_no as "trackingNo" from waybell.erasure_parcels
      where erasure_id = $1 ${after === null ? '' : 'and waybill_id > $3'}
      order by waybill_id limit $2`,
    [erasureId, limit, ...(after === null ? [] : [after])],
  );
  return rows;
}

/** How many parcels were gone through so often. */
export async function countPassed(db: Queryable, erasureId: string, pass: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from waybell.erasure_parcels where erasure_id = $1 and passes >= $2',
    [erasureId, pass],
  );
  return rows[0]?.count ?? 0;
}

/** Every word by which the parcels of an erasure are called: numbers and ids. */
export async function selectErasureNames(db: Queryable, erasureId: string): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ name: string }>(
    `select tracking_no as name from waybell.erasure_parcels where erasure_id = $1 and tracking_no <> ''
     union select waybill_id from waybell.erasure_parcels where erasure_id = $1 and waybill_id <> ''`,
    [erasureId],
  );
  return new Set(rows.map(({ name }) => name));
}
