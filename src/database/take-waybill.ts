import type { ShopTables } from '../config/config';
import { insertCorrection, selectCorrectedWaybill } from './carrier-corrections';
import { findWaybillById, findWaybillForUpdate, insertWaybill, type Waybill } from './waybills';
import { linkWaybill } from './link-waybill';
import type { Queryable } from './pool';
import { lockWaybill } from './waybill-lock';

/** Which waybill is meant, in canonical spelling. */
export interface WaybillName {
  readonly carrier: string;
  readonly trackingNo: string;
  /** The carrier under which its source told it before it corrected itself. */
  readonly formerCarrier?: string;
}

/**
 * Finds or adds the row of a waybill and holds it until the transaction ends. A waybill whose carrier was
 * corrected stays the row that it was; one that exists under both names gets the order of the former.
 */
export async function takeWaybill(db: Queryable, tables: ShopTables, name: WaybillName): Promise<Waybill> {
  const { carrier, trackingNo, formerCarrier } = name;
  // Always in the same order: two corrections in opposite directions must not wait for each other.
  for (const each of [carrier, formerCarrier ?? carrier].sort()) await lockWaybill(db, each, trackingNo);

  const own = await findCorrected(db, tables, carrier, trackingNo);
  const former =
    formerCarrier === undefined ? undefined : await findCorrected(db, tables, formerCarrier, trackingNo);
  if (own) {
    const inherits = own.order_id === null && former?.order_id;
    return inherits ? linkWaybill(db, tables, own.id, inherits) : own;
  }
  if (former) {
    await insertCorrection(db, carrier, trackingNo, former.id);
    return former;
  }
  return insertWaybill(db, tables, carrier, trackingNo);
}

/** The row under this name, else the one that a correction has led this name to. */
async function findCorrected(
  db: Queryable,
  tables: ShopTables,
  carrier: string,
  trackingNo: string,
): Promise<Waybill | undefined> {
  const exact = await findWaybillForUpdate(db, tables, carrier, trackingNo);
  if (exact) return exact;
  const corrected = await selectCorrectedWaybill(db, carrier, trackingNo);
  return corrected === null ? undefined : findWaybillById(db, tables, corrected);
}
