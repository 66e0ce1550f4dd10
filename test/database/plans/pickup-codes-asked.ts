import { loadConfig } from '../../../src/config/config';
import {
  deleteEndedPickupCodes,
  deleteOldPickupCodes,
  deletePickupCodes,
  insertPickupCodes,
  selectPickupCodes,
} from '../../../src/database/pickup-codes';
import type { Queryable } from '../../../src/database/pool';

/** One parcel, the update that told its codes, and the message that its buyer got. */
interface Told {
  readonly waybillId: string;
  readonly workflowId: string;
  readonly messageId: string;
  readonly userId: string;
}

/** Everything that is asked about the codes with which parcels are collected. */
export async function askAboutPickupCodes(
  db: Queryable,
  { waybillId, workflowId, messageId, userId }: Told,
): Promise<void> {
  const now = new Date();
  await insertPickupCodes(db, [
    { workflowId, scannedAt: now.toISOString(), receivedAt: now, sealed: 'v1.x.y' },
  ]);
  await selectPickupCodes(db, loadConfig({}).shopTables, userId, [messageId]);
  await deletePickupCodes(db, waybillId);
  await deleteOldPickupCodes(db);
  await deleteEndedPickupCodes(db, '');
  await deleteEndedPickupCodes(db, workflowId);
}
