import { loadConfig } from '../../../src/config/config';
import * as eraseParcels from '../../../src/database/erase-parcels';
import * as erasePerson from '../../../src/database/erase-person';
import * as marks from '../../../src/database/erasure-marks';
import * as lists from '../../../src/database/erasure-parcels';
import * as erasures from '../../../src/database/erasures';
import type { Queryable } from '../../../src/database/pool';
import * as archive from '../../../src/database/webhook-archive';

const shop = loadConfig({});
const { shopTables } = shop;

export interface Erased {
  readonly user: string;
  readonly order: string;
  readonly waybillId: string;
  readonly trackingNo: string;
  readonly workflowId: string;
}

/** Lets an erasure ask everything that it asks, about one buyer and their parcel. */
export async function eraseSomebody(db: Queryable, erased: Erased): Promise<void> {
  const { user, order, waybillId, trackingNo, workflowId } = erased;
  const id = await erasures.insertErasure(db, { kind: 'user', id: user }, 'desk');
  await erasures.findErasure(db, id);
  await erasures.listUnfinished(db, 20);
  await erasures.findStuck(db);
  await erasures.noteStarted(db, id);
  await marks.markUser(db, user);
  for (const subject of [
    { kind: 'user', id: user },
    { kind: 'order', id: order },
    { kind: 'waybill', id: trackingNo, carrier: 'yto' },
  ] as const)
    await erasures.noteListed(db, id, await lists.listErasureParcels(db, shop, id, subject));
  const parcels = [{ waybillId, trackingNo }];
  await lists.selectErasureParcels(db, id, 1, 50);
  await lists.selectParcelsAfter(db, id, null, 50);
  await lists.selectParcelsAfter(db, id, waybillId, 50);
  await marks.markParcels(db, parcels);
  await marks.selectErasedUntil(db, 'number', [trackingNo]);
  await erasePerson.countPerson(db, shopTables, user);
  await erasePerson.findMissingDeletes(db);
  const [message] = await erasePerson.selectMessages(db, shopTables, user);
  await erasePerson.eraseDevices(db, shopTables, user);
  await erasePerson.eraseWaits(db, user);
  await eraseParcels.selectDeliveriesOf(db, parcels);
  await eraseParcels.countErasable(db, parcels);
  await eraseParcels.countMerchantMessages(db, parcels);
  const telling = await archive.selectWebhooksTelling(db, [workflowId], '', 200);
  await archive.emptyWebhooks(db, [telling[0]?.id ?? '']);
  await archive.emptyWebhooksBefore(db, new Date(Date.now() - 364 * 86_400_000), 1_000);
  await erasePerson.deleteMessages(db, [message?.messageId ?? '']);
  await erasures.addErased(db, id, await eraseParcels.eraseParcels(db, parcels));
  await lists.notePassed(db, id, 1, [waybillId]);
  await lists.countPassed(db, id, 1);
  await lists.selectErasureNames(db, id);
  const { entries } = await erasePerson.selectNamingEntries(db, '0');
  await erasePerson.eraseAuditSubjects(db, [entries[0]?.id ?? '0']);
  await erasures.finishErasure(db, id, []);
  await erasures.deleteOldErasures(db, 400);
  await marks.deleteOldMarks(db, 400);
}
