import type { Queryable } from '../../../src/database/pool';
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
    await settleNumbers(db, shop.carriers, [{ ...row, noted }]);
  }
  await db.query('rollback to savepoint corrected');
}
