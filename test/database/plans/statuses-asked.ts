import type { ShopTables } from '../../../src/config/config';
import type { Queryable } from '../../../src/database/pool';
import * as changes from '../../../src/database/status-changes';
import * as receivers from '../../../src/database/status-receivers';
import { selectToldLast } from '../../../src/database/updates';

/** A parcel changes its status, and a receiver is told so. */
export async function tellOfStatuses(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
  trackingNo: string,
): Promise<void> {
  const parcel = { waybillId, orderId: null, carrier: 'yto', trackingNo, instance: 1 };
  const status = { ...parcel, status: 'delivered', scannedAt: '2026-02-06T02:11:00.000Z' } as const;
  await selectToldLast(db, waybillId);
  await changes.writeStatus(db, tables, status, 'always');
  await changes.selectChangesAfter(db, 0, 100);
  const receiver = 'receiver-1a2b3c4d';
  const lease = { id: '00000000-0000-4000-8000-000000000001', ms: 30_000 };
  await receivers.addReceiver(db, receiver);
  await receivers.leaseReceiver(db, receiver, lease);
  await receivers.writeTaken(db, receiver, lease, 1);
  await receivers.writeRefusal(db, receiver, lease, { words: 'HTTP 500', waitMs: 5_000 });
  await receivers.endLease(db, receiver, lease);
  await receivers.restartReceiver(db, receiver, 1);
  await receivers.listReceivers(db, [receiver]);
  await changes.deleteOldChanges(db, 90);
}
