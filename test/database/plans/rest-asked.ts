import { loadConfig } from '../../../src/config/config';
import * as alarms from '../../../src/database/alarms';
import * as compare from '../../../src/database/compare';
import { findNamedOrders } from '../../../src/database/near-waybills';
import { listNotifications } from '../../../src/database/notifications';
import * as oldQueue from '../../../src/database/old-queue';
import { countBrands } from '../../../src/database/phone-brands';
import type { Queryable } from '../../../src/database/pool';
import { shipmentUpdate } from '../../setup/delivery-lab';
import { tellOfStatuses } from './statuses-asked';

const { shopTables } = loadConfig({});
const HOUR_MS = 3_600_000;

/** The parcel that everything is asked about. */
interface Asked {
  readonly waybill: string;
  readonly trackingNo: string;
  readonly workflow: string;
}

/** Robots of alarms, and receivers of status changes. */
export async function tellTheShop(db: Queryable, waybillId: string, trackingNo: string): Promise<void> {
  await tellOfStatuses(db, shopTables, waybillId, trackingNo);
  const cause = { name: 'provider-down', subject: 'fcm' } as const;
  await alarms.noteAlarms(db, [{ ...cause, sentence: 'fcm is down.' }], ['provider-down']);
  await alarms.lockRobot(db, 'wecom-12345678');
  const now = new Date();
  await alarms.writeTellings(db, 'wecom-12345678', [
    { ...cause, on: false, about: now, tries: 1, nextAt: now },
  ]);
  await alarms.pauseRobot(db, 'wecom-12345678', 1_000);
  await alarms.writeRobotAnswer(db, 'wecom-12345678', null);
  await alarms.listRobots(db, ['wecom-12345678']);
  // Whose makers are told.
  await countBrands(db, ['fcm']);
}

/** What people look up by what they know. */
export async function lookUpMessages(
  db: Queryable,
  by: Readonly<Record<'order' | 'user' | 'cid' | 'message' | 'waybill', string>>,
): Promise<void> {
  for (const filter of [{ recipient_id: by.user }, { order_id: by.order }, { cid: by.cid }]) {
    await listNotifications(db, shopTables, filter, 50);
    await listNotifications(db, shopTables, { ...filter, before: by.message }, 50);
  }
  await findNamedOrders(db, shopTables, [by.waybill]);
}

/** What came before Waybell, and beside it. */
export async function importTheOldQueue(
  db: Queryable,
  { waybill, trackingNo, workflow }: Asked,
): Promise<void> {
  const columns = { waybillId: 'waybill_id', status: 'event_status', text: 'event_text', time: 'created_at' };
  await oldQueue.countQueueRows(db);
  const page = { before: new Date(), after: '', limit: 10 };
  await oldQueue.selectHistoryPage(db, shopTables, columns, page);
  const span = { since: new Date(Date.now() - HOUR_MS), until: new Date() };
  await compare.selectComparedWaybills(db, columns, { ...span, after: '', limit: 10 });
  await compare.selectOldTold(db, columns, [waybill], span);
  await compare.selectShadowTold(db, [waybill], span);
  await compare.describeCompared(db, shopTables, columns, [waybill]);
  await oldQueue.findMissingQueueColumns(db, columns);
  await oldQueue.lockQueuePage(db, shopTables, columns, '', 10);
  await oldQueue.endQueueRows(db, ['0c000000-0000-4000-8000-000000000002']);
  await oldQueue.insertQueueImport(db, {
    ...{
      workflowId: `${workflow}3`,
      update: shipmentUpdate(trackingNo, [['delivered', 1]]),
      queueIds: ['q'],
    },
  });
  await oldQueue.selectUnstartedImports(db, 10);
  await oldQueue.markImportStarted(db, workflow);
}
