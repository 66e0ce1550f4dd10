import { carrierCode, type Carriers } from '../shipment/carriers';
import { hasOrder, isOfAny, orderlessBeside, rowOfCarrier } from '../shipment/choose-waybill';
import { assignInstances } from '../shipment/parcel-instance';
import { findNear, type NearWaybill } from './near-waybills';
import { selectNewestParcel } from './parcel-events';
import { recallParcel } from './parcel-memories';
import type { Queryable } from './pool';
import { readStatus } from '../shipment/status';
import { writeStatus } from './status-changes';
import { selectToldLast } from './updates';
import { settleNumbers } from './waybill-numbers';
import { type KnownWaybill, lockNumberAndRows, type ShopWaybills } from './waybills';

/**
 * A waybill may stand twice in the shop's table, under two names of its carrier: once with the order, and once because a
 * webhook came under the other name, or before the shop wrote a row that names no carrier. The row with the order is
 * used. What was heard and decided of the other becomes its own, so that nothing is told twice and what waits finds the
 * order. Of the shop's rows the status alone is written.
 */

/**
 * Gives the row that is used, if it has an order, what was heard of those of its carrier that have none.
 * @param carrier who tells of it
 */
export async function joinSecondRows(
  db: Queryable,
  used: KnownWaybill,
  rows: readonly KnownWaybill[],
  carrier: string,
  shop: ShopWaybills,
): Promise<void> {
  for (const row of orderlessBeside(rows, used, carrier, shop.carriers))
    await joinInto(db, shop, row.id, used, carrier);
}

/**
 * A row of the shop that comes later than its scans gets the status that they told, where it says none yet, or that of
 * the number that it had before.
 */
async function joinInto(
  db: Queryable,
  shop: ShopWaybills,
  from: string,
  used: KnownWaybill,
  said: string,
): Promise<void> {
  await joinWaybill(db, from, used);
  const saysNone = (used.noted?.firstInstance ?? 1) > 1 || readStatus(used.status ?? '', {}) === null;
  if (shop.shadow || !saysNone) return;
  const told = await selectToldLast(db, used.id);
  if (told === null) return;
  const { id: waybillId, order_id: orderId, carrier, tracking_no: number } = used;
  const parcel = { waybillId, orderId, carrier: carrier ?? said, trackingNo: number.toUpperCase() };
  await writeStatus(db, shop.shopTables, { ...parcel, ...told }, 'when-new');
}

/** Whether two rows of a number are one waybill: one carrier, and just one of them has an order. */
export function isSecondRow(near: NearWaybill, carriers: Carriers): boolean {
  const { carrier, of } = near;
  if (carrier === null || of.carrier === null || hasOrder(near) === hasOrder(of)) return false;
  return carrierCode(carriers, carrier) === carrierCode(carriers, of.carrier);
}

/** The same, or it may be: a row that names no carrier is one with this where no other row of the number contradicts. */
export const mayBeSecondRow = (near: NearWaybill, carriers: Carriers): boolean =>
  isSecondRow(near, carriers) || (hasOrder(near) && !hasOrder(near.of) && isOfAny(near));

/**
 * As `joinSecondRows`, for a waybill of which one row is known. Costs a look-up where it stands once.
 * @returns whether it stands twice, and so may have an order now
 */
export async function joinSecondRowsOf(
  db: Queryable,
  shop: ShopWaybills,
  waybillId: string,
): Promise<boolean> {
  const near = await findNear(db, shop.shopTables, [waybillId]);
  const second = near.find((row) => mayBeSecondRow(row, shop.carriers));
  return second !== undefined && joinUnderNumber(db, shop, second.of);
}

/**
 * Gives the row that is used under the number of another what was heard of that one, whose row may be gone.
 * @returns whether there is such a row
 */
export async function joinUnderNumber(
  db: Queryable,
  shop: ShopWaybills,
  { id, carrier, tracking_no: number }: NearWaybill['of'],
): Promise<boolean> {
  if (carrier === null) return false;
  // As the sources spell it: the lock is over that.
  const trackingNo = number.toUpperCase();
  const rows = await settleNumbers(
    db,
    shop.carriers,
    await lockNumberAndRows(db, shop.shopTables, trackingNo, carrier.toLowerCase()),
  );
  const used = rowOfCarrier(rows, carrier, shop.carriers);
  if (!used) return false;
  await joinSecondRows(db, used, rows, carrier, shop);
  if (hasOrder(used) && !rows.some((row) => row.id === id)) await joinInto(db, shop, id, used, carrier);
  return true;
}

/**
 * Makes all that is known of one waybill that of another. A scan that both know stays where it is, and parcels half a
 * year apart stay two. Needs the lock over their number.
 */
async function joinWaybill(db: Queryable, from: string, { id: to, noted }: KnownWaybill): Promise<void> {
  await recallParcel(db, from);
  await recallParcel(db, to);
  const moved = await selectNewestParcel(db, from);
  const newest = await selectNewestParcel(db, to);
  const [instance = 1] = moved === null ? [] : assignInstances(newest, [moved.firstAt], noted?.firstInstance);
  const later = moved === null ? 0 : instance - moved.instance;
  await db.query(
    `update waybell.platform_express_events e
        set waybill_id = $2, instance = e.instance + $3
      where e.waybill_id = $1
        and not exists (select from waybell.platform_express_events known
                         where known.waybill_id = $2 and known.event_key = e.event_key)`,
    [from, to, later],
  );
  await db.query(
    `update waybell.express_updates set waybill_id = $2, instance = instance + $3 where waybill_id = $1`,
    [from, to, later],
  );
  await db.query(`update waybell.express_waits set waybill_id = $2 where waybill_id = $1`, [from, to]);
  await db.query(
    `with formers as (update waybell.waybill_numbers set former_of = $2 where former_of = $1)
     delete from waybell.waybill_numbers where waybill_id = $1`,
    [from, to],
  );
}
