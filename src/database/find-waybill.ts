import type { ShopTables } from '../config/config';
import { carrierNames } from '../shipment/carriers';
import { hasOrder, onlyOrdered, rowOfCarrier } from '../shipment/choose-waybill';
import type { Queryable } from './pool';
import { joinSecondRows } from './second-rows';
import { shopNames } from './shop-names';
import {
  linkWaybill,
  lockNumber,
  selectNumberForUpdate,
  type ShopWaybills,
  type Waybill,
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
}

/**
 * Finds or adds the row of a waybill and holds it until the transaction ends, whatever name of its carrier the shop has
 * written. Where it stands twice, the row with an order is used, and gets what was heard of the other. A waybill whose
 * carrier was corrected stays the row that it was; one that exists under both carriers gets the order of the former. A
 * number that stands under another carrier only is that waybill where an aggregator tells of it and just one has an order.
 */
export async function findOrAddWaybill(
  db: Queryable,
  shop: ShopWaybills,
  name: WaybillName,
): Promise<Waybill> {
  const { carrier, trackingNo, formerCarrier, isSubscribed = false } = name;
  await lockNumber(db, trackingNo);
  const rows = await selectNumberForUpdate(db, shop.shopTables, trackingNo, carrier);
  const find = async (each: string): Promise<Waybill | undefined> =>
    rowOfCarrier(rows, each, shop.carriers) ?? findCorrected(db, shop, each, trackingNo, rows);

  const own = await find(carrier);
  const former = formerCarrier === undefined ? undefined : await find(formerCarrier);
  if (own) {
    await joinSecondRows(db, own, rows, shop.carriers);
    const inherits = !shop.shadow && !hasOrder(own) && former?.order_id;
    return inherits ? linkWaybill(db, shop.shopTables, own.id, inherits) : own;
  }
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
  known: readonly Waybill[],
): Promise<Waybill | undefined> {
  const { rows } = await db.query<{ waybill_id: string }>(
    `select waybill_id from waybell.carrier_corrections
      where carrier = any ($1) and tracking_no = $2
      order by carrier <> $3, carrier limit 1`,
    [carrierNames(carriers, carrier), trackingNo, carrier],
  );
  const [corrected] = rows;
  const row = corrected && (await findWaybillById(db, shopTables, corrected.waybill_id));
  if (row == null || row.carrier === null) return row;
  return rowOfCarrier(known, row.carrier, carriers) ?? row;
}

/** Finds a waybill by its id and locks the row. */
async function findWaybillById(db: Queryable, tables: ShopTables, id: string): Promise<Waybill | undefined> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<Waybill>(
    `select ${waybillColumns(tables)}
       from ${waybills.name}
      where ${waybills.id} = $1
        for update`,
    [id],
  );
  return rows[0];
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
): Promise<Waybill> {
  if (shadow) return unwritten(carrier, trackingNo);
  const { waybills } = shopNames(shopTables);
  const { rows } = await db.query<Waybill>(
    `insert into ${waybills.name}
       (${waybills.carrier}, ${waybills.trackingNo})
     values ($1, $2)
     on conflict do nothing
     returning ${waybillColumns(shopTables)}`,
    [carrier, trackingNo],
  );
  if (rows[0]) return rows[0];
  const others = await selectNumberForUpdate(db, shopTables, trackingNo, carrier);
  const waybill = rowOfCarrier(others, carrier, carriers) ?? others[0];
  if (!waybill) throw new Error(`the shop’s table refuses the waybill ${carrier} ${trackingNo}`);
  return waybill;
}

/** One that stands in no table of the shop: it has no order until it does. */
const unwritten = (carrier: string, trackingNo: string): Waybill => ({
  ...{ id: `shadow:${carrier}:${trackingNo}`, carrier, tracking_no: trackingNo },
  ...{ order_id: null, status: null },
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
