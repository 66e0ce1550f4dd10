import type { ShopTables } from '../config/config';
import { lockOrder, selectParcelsOfOrder, type StoredAmong, writeAmong } from '../database/parcels-of-order';
import type { Queryable } from '../database/pool';
import { type AmongParcels, placeAmong } from '../shipment/parcels-of-order';
import type { Saying } from '../shipment/phrases';
import type { StatusMap } from '../shipment/status';

/** A parcel that is about to be told of for the first time. */
export interface ParcelToTell {
  readonly workflowId: string;
  readonly waybillId: string;
  readonly orderId: string;
  readonly saying: Saying;
}

/**
 * Finds which parcel of its order is told of, and keeps it, so that whatever is written later says the same. That all
 * have arrived is said by one of those that arrive in one moment: it looks once more when it is alone.
 * @returns `null` where nothing is said of it
 */
export async function findAmong(
  db: Queryable,
  { shopTables, statusMap }: { readonly shopTables: ShopTables; readonly statusMap: StatusMap },
  { workflowId, waybillId, orderId, saying }: ParcelToTell,
): Promise<StoredAmong | null> {
  const look = async (): Promise<AmongParcels | null> => {
    const parcels = await selectParcelsOfOrder(db, shopTables, statusMap, orderId);
    return parcels && placeAmong(parcels, waybillId, saying);
  };
  let among = await look();
  if (among?.all) {
    await lockOrder(db, orderId);
    among = await look();
  }
  if (among === null) return null;
  const stored = { orderId, ...among };
  await writeAmong(db, workflowId, stored);
  return stored;
}
