import { carrierNames } from '../shipment/carriers';
import { hasOrder, onlyOrdered, orderedBeside, rowOfCarrier } from '../shipment/choose-waybill';
import type { Queryable } from './pool';
import { joinSecondRows } from './second-rows';
import { shopNames } from './shop-names';
import { findFormerParcel, isFormer, selectFormerParcel, settleNumbers } from './waybill-numbers';
import {
  type KnownWaybill,
  linkWaybill,
  lockNumberAndRows,
  selectNumberForUpdate,
  selectWaybillForUpdate,
  type ShopWaybills,
  waybillColumns,
} from './waybills';

/** Which waybill is meant, in canonical spelling. */
export interface WaybillName {
  readonly carrier: string;
  readonly trackingNo: string;
  /** The carrier under which its source told it before it corrected itself. */
  readonly formerCarrier?: string;
  /** An aggregator tells of it, to which the shop has given the number. */
  readonly isSubscribed?: boolean;
  /** The row that is meant, where several have the number with an order. */
  readonly waybillId?: string;
  /** Scans tell of it, which may be late ones of a number that its row has no more. */
  readonly mayBeFormer?: boolean;
}

/**
 * Finds or adds the row of a waybill and holds it until the transaction ends, whatever name of its carrier the shop has
 * written. Where it stands twice, the row with an order is used, and gets what was heard of the other. A waybill whose
 * carrier was corrected stays the row that it was; one that exists under both carriers gets the order of the former. A
 * number that stands under another carrier only is that waybill where an aggregator tells of it and just one has an order.
 * A row whose number or carrier the shop has corrected is another parcel; late scans of the number before are of that one.
 */
export async function findOrAddWaybill(
  db: Queryable,
  shop: ShopWaybills,
  name: WaybillName,
): Promise<KnownWaybill> {
  const { carrier, trackingNo, formerCarrier, isSubscribed = false, mayBeFormer = false } = name;
  const rows = await settleNumbers(
    db,
    shop.carriers,
    await lockNumberAndRows(db, shop.shopTables, trackingNo, carrier),
  );
  const find = async (each: string): Promise<KnownWaybill | undefined> =>
    rowOfCarrier(rows, each, shop.carriers) ?? findCorrected(db, shop, each, trackingNo, rows);

  const own = rows.find(({ id }) => id === name.waybillId) ?? (await find(carrier));
  const former = formerCarrier === undefined ? undefined : await find(formerCarrier);
  if (own) {
    await joinSecondRows(db, own, rows, carrier, shop);
    const inherits = !shop.shadow && !hasOrder(own) && former?.order_id;
    if (inherits) return { ...own, ...(await linkWaybill(db, shop.shopTables, own.id, inherits)) };
    const beside = orderedBeside(rows, own, shop.carriers).map(({ id }) => id);
    return beside.length > 0 ? { ...own, beside } : own;
  }
  const late = mayBeFormer ? await findFormerParcel(db, shop, name) : undefined;
  if (late) return late;
  const elsewhere = former ?? (isSubscribed ? onlyOrdered(rows) : undefined);
  if (elsewhere) {
    await insertCorrection(db, carrier, trackingNo, elsewhere.id);
    return elsewhere;
  }
  return insertWaybill(db, shop, carrier, trackingNo);
}

/** The row that a correction has led a name of this carrier to, or the one that is used in its place. */
async function findCorrected(
  db: Queryable,
  { shopTables, carriers }: ShopWaybills,
  carrier: string,
  trackingNo: string,
  known: readonly KnownWaybill[],
): Promise<KnownWaybill | undefined> {
  const { rows } = await db.query<{ waybill_id: string }>(
    `select waybill_id from waybell.carrier_corrections
      where carrier = any ($1) and tracking_no = $2
      order by carrier <> $3, carrier limit 1`,
    [carrierNames(carriers, carrier), trackingNo, carrier],
  );
  const [corrected] = rows;
  if (corrected && isFormer(corrected.waybill_id)) return selectFormerParcel(db, corrected.waybill_id);
  const row = corrected && (await selectWaybillForUpdate(db, shopTables, corrected.waybill_id));
  if (row == null || row.carrier === null) return row;
  return rowOfCarrier(known, row.carrier, carriers) ?? row;
}

/**
 * Adds a waybill that nobody knew yet, without an order. Where the shop's table is unique over the number alone,
 * the row of that number is meant, whatever its carrier is called there.
 */
async function insertWaybill(
  db: Queryable,
  { shopTables, carriers, shadow = false }: ShopWaybills,
  carrier: string,
  trackingNo: string,
): Promise<KnownWaybill> {
  if (shadow) return unwritten(carrier, trackingNo);
  const { waybills } = shopNames(shopTables);
  const { rows } = await db.query<KnownWaybill>(
    `insert into ${waybills.name}
       (${waybills.carrier}, ${waybills.trackingNo})
     values ($1, $2)
     on conflict do nothing
     returning ${waybillColumns(shopTables)}, null as noted`,
    [carrier, trackingNo],
  );
  if (rows[0]) return rows[0];
  const others = await selectNumberForUpdate(db, shopTables, trackingNo, carrier);
  const waybill = rowOfCarrier(others, carrier, carriers) ?? others[0];
  if (!waybill) throw new Error(`the shop’s table refuses the waybill ${carrier} ${trackingNo}`);
  return waybill;
}

/** One that stands in no table of the shop: it has no order until it does. */
const unwritten = (carrier: string, trackingNo: string): KnownWaybill => ({
  ...{ id: `shadow:${carrier}:${trackingNo}`, carrier, tracking_no: trackingNo },
  ...{ order_id: null, status: null, noted: null },
});

async function insertCorrection(
  db: Queryable,
  carrier: string,
  trackingNo: string,
  waybillId: string,
): Promise<void> {
  await db.query(
    `insert into waybell.carrier_corrections (carrier, tracking_no, waybill_id) values ($1, $2, $3)
     on conflict (carrier, tracking_no) do nothing`,
    [carrier, trackingNo, waybillId],
  );
}
