import { readIdTypesNow } from '../../../src/database/ids';
import { findLateRows } from '../../../src/database/late-rows';
import { deleteEmptiedNumbers, forgetNumbers } from '../../../src/database/old-numbers';
import type { Queryable } from '../../../src/database/pool';
import {
  lockOrder,
  listParcelsOfOrder,
  selectParcelsOfOrder,
  writeAmong,
} from '../../../src/database/parcels-of-order';
import type { ShopTables } from '../../../src/config/config';
import { listSharedNumbers, selectSharingRows } from '../../../src/database/shared-numbers';
import { sampleWaybills } from '../../../src/database/shop-carriers';
import { selectMessagesBeside } from '../../../src/database/told-beside';
import {
  findFormerParcel,
  findRespelled,
  selectFormerParcel,
  settleNumbers,
  settleRow,
} from '../../../src/database/waybill-numbers';
import { selectWaybillForUpdate, type ShopWaybills } from '../../../src/database/waybills';

/** What is asked about the number of a waybill that the shop corrects. Everything known of it goes back in the end. */
export async function askAboutNumbers(
  db: Queryable,
  shop: ShopWaybills,
  { waybillId, trackingNo }: { readonly waybillId: string; readonly trackingNo: string },
): Promise<void> {
  const name = { carrier: 'yto', trackingNo };
  await settleRow(db, shop, waybillId);
  await findRespelled(db, shop.shopTables);
  await findFormerParcel(db, shop, name);
  await selectFormerParcel(db, `former:${waybillId}:1`);
  const row = await selectWaybillForUpdate(db, shop.shopTables, waybillId);
  if (!row) throw new Error('the parcel is not there');
  await db.query('savepoint corrected');
  for (const number of [trackingNo, 'ANOTHER']) {
    const noted = { carrier: 'jd', trackingNo: number, firstInstance: 1 };
    await db.query(
      `insert into waybell.waybill_numbers (waybill_id, carrier, tracking_no) values ($1, 'jd', $2)
       on conflict (waybill_id) do update set carrier = excluded.carrier, tracking_no = excluded.tracking_no`,
      [waybillId, number],
    );
    await settleNumbers(db, shop.carriers, [{ ...row, noted }]);
  }
  await db.query('rollback to savepoint corrected');
  const shared = { trackingNo, firstWorkflowId: 'delivery/own-system/yto/OLD1/x', workflowId: '' };
  await selectMessagesBeside(db, shared);
  const sample = await sampleWaybills(db, shop.shopTables);
  await listSharedNumbers(db, shop.shopTables, sample);
  await selectSharingRows(db, shop.shopTables, [trackingNo]);
  await db.query('create index on platform_express_waybills (created_at)');
  await db.query('create index on platform_express_waybills (updated_at)');
  await findLateRows(db, shop.shopTables, shop.carriers);
  await forgetNumbers(db, 364);
  await deleteEmptiedNumbers(db, 364);
}

/** What is asked about the parcels of one order, where the shop has built the index for it. */
export async function askAboutParcelsOfOrder(
  db: Queryable,
  tables: ShopTables,
  { workflowId, order }: { readonly workflowId: string; readonly order: string },
): Promise<void> {
  await db.query('create index on platform_express_waybills (order_id)');
  await readIdTypesNow(db, tables);
  await lockOrder(db, order);
  if ((await selectParcelsOfOrder(db, tables, {}, order)) === null) throw new Error('the index is not seen');
  await listParcelsOfOrder(db, tables, order);
  await writeAmong(db, workflowId, { orderId: order, place: 1, of: 2 });
}
