import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../../src/config/config';
import * as apiKeys from '../../../src/database/api-keys';
import * as attention from '../../../src/database/attention';
import * as audit from '../../../src/database/audit';
import * as traffic from '../../../src/database/channel-traffic';
import * as dueWaits from '../../../src/database/due-waits';
import { findOrAddWaybill } from '../../../src/database/find-waybill';
import { findOrderOf, findRecipients } from '../../../src/database/find-recipients';
import * as held from '../../../src/database/held';
import { readIdTypes } from '../../../src/database/ids';
import { insertNotifications } from '../../../src/database/insert-notifications';
import * as journals from '../../../src/database/journals';
import * as ledger from '../../../src/database/ledger';
import * as near from '../../../src/database/near-waybills';
import * as notifications from '../../../src/database/notifications';
import * as events from '../../../src/database/parcel-events';
import * as memories from '../../../src/database/parcel-memories';
import type { Queryable } from '../../../src/database/pool';
import * as failures from '../../../src/database/provider-failures';
import * as pushes from '../../../src/database/pushes';
import * as receipts from '../../../src/database/receipts';
import * as recipientRows from '../../../src/database/recipient-rows';
import * as retention from '../../../src/database/retention';
import * as retries from '../../../src/database/retries';
import { joinSecondRowsOf } from '../../../src/database/second-rows';
import * as shopCarriers from '../../../src/database/shop-carriers';
import { selectSeenWords } from '../../../src/database/seen-words';
import * as stories from '../../../src/database/stories';
import * as updates from '../../../src/database/updates';
import * as withheld from '../../../src/database/withheld';
import * as waits from '../../../src/database/waits';
import * as waybills from '../../../src/database/waybills';
import * as archive from '../../../src/database/webhook-archive';
import type { DatabaseKind } from '../../setup/run-info';
import { shipmentUpdate } from '../../setup/delivery-lab';
import { askAboutDevices } from './devices-asked';
import { lookIntoConsole } from './console-asked';
import { eraseSomebody } from './erasures-asked';
import { askAboutInbox, askAboutParcels } from './inbox-asked';
import { askAboutMembers } from './members-asked';
import { idsOf } from './old-shop';
import { askAboutPickupCodes } from './pickup-codes-asked';
import { askAboutNumbers, askAboutParcelsOfOrder } from './numbers-asked';
import { importTheOldQueue, lookUpMessages, tellTheShop } from './rest-asked';
import { askAboutTexts, moveOldTexts } from './texts-asked';

const shop = loadConfig({});
const { shopTables } = shop;
const HOUR_MS = 3_600_000;
const PARCEL = 77_777;
const TRACKING_NO = `OLD${PARCEL}`;
const WORKFLOW = `delivery/own-system/yto/${TRACKING_NO}/x`;
const WAYBILL = `dddddddd-0000-4000-8000-${String(PARCEL).padStart(12, '0')}`;
const MESSAGE = `${WAYBILL}:1:delivered:1:user`;
const JOURNAL = 'journal';

/** Lets the product ask everything that it can ask, about one parcel of many. */
export async function askEverything(db: Queryable, kind: DatabaseKind): Promise<void> {
  const { order, user, merchant } = idsOf(kind, PARCEL);
  const since = new Date(Date.now() - HOUR_MS);
  await askAboutTheWaybill(db, order);
  await deliver(db, user, order);
  const told = { workflowId: WORKFLOW, messageId: MESSAGE };
  await askAboutDevices(db, { ...told, user, merchant, cid: `cid-${PARCEL}` });
  await askAboutMembers(db, { ...told, user, merchant });
  await askAboutPickupCodes(db, { ...told, waybillId: WAYBILL, userId: user });
  await holdPushes(db);
  await waitAndWake(db, user);
  await askForPeople(db, since, user);
  await lookUpMessages(db, { order, user, cid: `cid-${PARCEL}`, message: MESSAGE, waybill: WAYBILL });
  await keepTheBooks(db, since);
  await tellTheShop(db, WAYBILL, TRACKING_NO);
  await applyRetention(db);
  const parcel = { waybillId: WAYBILL, trackingNo: TRACKING_NO, workflowId: WORKFLOW };
  await lookIntoConsole(db, parcel);
  await eraseSomebody(db, { user, order, ...parcel });
  if (kind === 'seed')
    await importTheOldQueue(db, { waybill: WAYBILL, trackingNo: TRACKING_NO, workflow: WORKFLOW });
}

async function askAboutTheWaybill(db: Queryable, order: string): Promise<void> {
  await findOrAddWaybill(db, shop, { carrier: 'zto', trackingNo: 'NEW1' });
  await findOrAddWaybill(db, shop, { carrier: 'sto', trackingNo: TRACKING_NO });
  await findOrAddWaybill(db, shop, {
    carrier: 'jd',
    trackingNo: 'NEW1',
    formerCarrier: 'zto',
  });
  // Known under a corrected carrier only.
  await findOrAddWaybill(db, shop, { carrier: 'jd', trackingNo: 'NEW1' });
  const second = await findOrAddWaybill(db, shop, { carrier: 'jd', trackingNo: 'NEW2' });
  await db.query(
    `insert into platform_express_waybills (carrier, tracking_no, order_id) select '京东物流', 'new2', order_id
       from platform_express_waybills where id::text = $1`,
    [WAYBILL],
  );
  await joinSecondRowsOf(db, shop, second.id);
  await askAboutNumbers(db, shop, { waybillId: WAYBILL, trackingNo: TRACKING_NO });
  await askAboutParcelsOfOrder(db, shopTables, { workflowId: WORKFLOW, order });
  await near.findOrdersNearWaits(db, shopTables);
  await near.findUnderNumber(db, shopTables, TRACKING_NO);
  const sample = await shopCarriers.sampleWaybills(db, shopTables);
  await shopCarriers.listUsedNames(db, shopTables, sample);
  await shopCarriers.findOrderedBesideOrderless(db, shopTables, sample);
  await updates.isDecided(db, WAYBILL);
  await waybills.linkWaybill(db, shopTables, WAYBILL, order);
  await waybills.findOrderId(db, shopTables, order);
  await findRecipients(db, shopTables, WAYBILL);
  await findOrderOf(db, shopTables, { workflowId: WORKFLOW, waybillId: WAYBILL });
}

async function deliver(db: Queryable, user: string, order: string): Promise<void> {
  const update = shipmentUpdate(TRACKING_NO, [['delivered', 1]]);
  const workflowId = `${WORKFLOW}2`;
  await updates.selectStoredDecision(db, WORKFLOW);
  await events.selectNewestParcel(db, WAYBILL);
  await events.selectParcelEvents(db, WAYBILL, 1);
  const scans = update.events.map((event) => ({ ...event, instance: 1 }));
  for (const reread of [false, true])
    await events.insertEvents(db, { waybillId: WAYBILL, workflowId, source: 'own-system', reread }, scans);
  await askAboutTexts(db, WORKFLOW, update);
  await events.selectRereadFacts(db, {
    ...{ workflowId, cameAs: [WORKFLOW], source: 'own-system', scans: update.events },
  });
  await updates.endTelling(db, WAYBILL);
  await events.selectNamedScans(db, WAYBILL, ['a key']);
  await updates.selectOwnRecord(db, WAYBILL, 1);
  const row = { carrier: 'yto', tracking_no: TRACKING_NO };
  const decision = {
    ...{ verdict: 'announce' as const, waybillId: WAYBILL, instance: 1, status: 'delivered' as const },
    ...{ occurrence: 2, supersedes: [] },
  };
  await updates.insertUpdate(db, { workflowId, runId: 'r', update, row }, decision, {
    enteredAt: null,
    latestAt: null,
  });
  await withheld.writeWithheld(db, workflowId, { user: 'order-cancelled' });
  await withheld.selectToldWord(db, workflowId);
  await updates.selectStanding(db, WORKFLOW);
  await updates.writeUpdateState(db, workflowId, {
    closed: false,
    outcome: 'success',
    reason: 'by-audience',
    waitsFor: ['device/user'],
  });
  await updates.reopenUpdate(db, WORKFLOW, 'r2');
  await updates.closeOpenUpdate(db, WORKFLOW, { outcome: 'success', reason: null });
  const types = await readIdTypes(db, shopTables);
  const told = { workflowId, waybillId: WAYBILL, orderId: order, status: 'delivered' as const };
  await insertNotifications(db, types, { ...told, carrier: 'yto', trackingNo: TRACKING_NO }, [
    { messageId: `${MESSAGE}2`, audience: 'user', recipientId: user, title: 't', body: 'b' },
    { messageId: `${MESSAGE}3`, audience: 'merchant', recipientId: user, title: 't', body: 'b' },
  ]);
  const { rows } = await db.query<{ id: string }>(
    `select id::text as id from push_devices where cid = 'cid-${PARCEL}'`,
  );
  const deviceId = rows[0]?.id ?? '';
  const task = {
    ...{ workflowId, messageId: `${MESSAGE}2`, deviceId, round: 1 },
    ...{ atLeastGeneration: 0, force: false, provenFirstMs: 600_000 },
  };
  await pushes.claimPush(db, shopTables, task);
  const end = { state: 'retry', reason: 'busy', words: '', definite: true } as const;
  await pushes.writePush(db, { ...task, provider: 'fcm' }, end);
  await pushes.writeResults(db, workflowId, 1, [
    {
      ...{ messageId: `${MESSAGE}2`, deviceId, cidTail: '7777', audience: 'user' },
      ...{ state: 'accepted', reason: 'ok', words: '' },
    },
  ]);
  await pushes.countPushes(db, [MESSAGE]);
  await pushes.selectLastRound(db, WORKFLOW);
  await pushes.endUnsentNotifications(db, WORKFLOW, 'cancelled');
  await recipientRows.selectRecipientRows(db, types, WORKFLOW);
  await recipientRows.readdressNotification(db, types, `${MESSAGE}2`, { orderId: order, recipientId: user });
  const [words, others] = [
    { title: 'a', body: 'a' },
    { title: 'b', body: 'b' },
  ];
  const written = { ...words, messageId: MESSAGE, audience: 'user', recipientId: user } as const;
  const untold = { ...written, sendStatus: null, lastError: null, personKey: user, isTold: false };
  await recipientRows.rewordNotification(db, untold, { text: others, ours: [words] });
  await pushes.writeSendStatuses(db, [{ messageId: MESSAGE, sendStatus: 'success', lastError: null }]);
  await receipts.recordReceipt(db, {
    ...{ messageId: MESSAGE, deviceId, event: 'clicked', at: new Date().toISOString() },
  });
  await receipts.recordDeliveryReports(db, 'fcm', [
    { cid: `cid-${PARCEL}`, providerId: `p-${PARCEL}`, lossReason: null, lossWords: null },
  ]);
}

async function holdPushes(db: Queryable): Promise<void> {
  await held.openHold(db, 'fcm', { cause: 'suspect', words: '', probed: true });
  await held.listHolds(db);
  await held.endHold(db, 'fcm');
  await held.countComplainingOwners(db, { provider: 'fcm', messageId: MESSAGE, reason: 'ok' });
  await failures.noteFailedRequest(db, 'fcm', { reason: 'timeout', words: '' });
  await failures.listOutages(db);
  await failures.forgetFailedRequests(db, 'fcm');
  await held.isMassDeactivation(db, 'fcm');
  const { rows } = await db.query<{ id: string }>('select id::text as id from push_devices limit 1');
  await held.holdDeactivation(db, {
    ...{ deviceId: rows[0]?.id ?? '', provider: 'fcm', reason: 'gone', words: '', triedAt: new Date() },
  });
  await held.countHeldDeactivations(db);
  await held.settleHeldDeactivations(db, 'fcm', true);
  await held.recentPushCodes(db, 'fcm');
}

async function waitAndWake(db: Queryable, user: string): Promise<void> {
  await waits.upsertWait(db, WORKFLOW, { kind: 'device', audience: 'user', ownerId: user, limitMs: HOUR_MS });
  await waits.findWaitsToWake(db, {
    kind: 'device',
    audience: 'user',
    ownerId: user,
    deviceId: randomUUID(),
  });
  await waits.findWaitsToWake(db, { kind: 'order', waybillId: WAYBILL });
  await waits.markWaitsWoken(db, [WORKFLOW]);
  await waits.deleteEndedWaits(db, WORKFLOW, ['device/user']);
  await waits.deleteWaits(db, WORKFLOW);
  await dueWaits.claimDueWaits(db, shopTables, 500);
  await dueWaits.noteNotWoken(db, [WORKFLOW]);
  await dueWaits.noteSweep(db);
  await dueWaits.findMissedSweep(db);
  await attention.listWaitingDeliveries(db, { limit: 100 });
  await attention.listWaitingDeliveries(db, { workflowIds: [WORKFLOW], kind: 'no-targets', limit: 1 });
  await attention.findUnderWay(db, { olderThanMs: HOUR_MS, limit: 100 });
  await attention.pickUnderWay(db, 100);
  await attention.countWaitingDeliveries(db);
}

async function askForPeople(db: Queryable, since: Date, user: string): Promise<void> {
  await askAboutInbox(db, user, MESSAGE);
  await askAboutParcels(db, { user, waybill: WAYBILL, trackingNo: TRACKING_NO });
  await decideThings(db, since);
  const notification = await notifications.findNotification(db, MESSAGE);
  await notifications.listNotifications(db, shopTables, {}, 50);
  await notifications.listNotifications(db, shopTables, { recipient_id: user }, 50);
  await notifications.listNotifications(db, shopTables, { tracking_no: TRACKING_NO }, 50);
  const [push] = await notifications.listPushes(db, MESSAGE);
  for (const name of [WORKFLOW, MESSAGE, TRACKING_NO])
    await stories.findDeliveryStories(db, shopTables, name);
  await held.openHold(db, 'fcm', { cause: 'suspect', words: '', probed: true });
  const { rows } = await db.query<{ id: string }>('select id::text as id from push_devices limit 1');
  if (!notification || !push) throw new Error('the parcel is not there');
  await stories.findNotificationConditions(db, shopTables, notification, [
    { ...push, state: 'moved', device_id: rows[0]?.id ?? '' },
  ]);
  await retries.findDeliveries(db, shopTables, [WORKFLOW, MESSAGE, TRACKING_NO]);
  await retries.selectRestartFacts(db, shopTables, WORKFLOW, ['cid']);
  await retries.addToBulkRetry(db, 'r', [WORKFLOW]);
  await retries.selectOpenRetries(db, 'r', 100);
  await retries.settleRetry(db, 'r', { workflowId: WORKFLOW, outcome: 'refused', words: '' });
  await retries.noteFailedTry(db, 'r', WORKFLOW);
  await retries.tallyBulkRetry(db, 'r');
  await retries.findRetryStart(db, 'r');
  await retries.listRefusals(db, 'r', 100);
  await retries.deleteOldBulkRetries(db);
  for (const order of ['oldest first', 'newest first'] as const) {
    for (const query of [
      {},
      { after: '2' },
      { source: 'source-7' },
      { verdict: 'flawed' as const },
      { source: 'source-7', verdict: 'flawed' as const },
      { since, until: new Date() },
      { since, after: '2' },
    ])
      await archive.selectWebhooks(db, { ...query, order, limit: 100 });
  }
  await archive.countWebhooks(db, { since, until: new Date() });
  await selectSeenWords(db, 50);
}

async function keepTheBooks(db: Queryable, since: Date): Promise<void> {
  await archive.insertWebhooks(db, [
    {
      ...{
        id: '9',
        source: 'own-system',
        channel: 'c',
        receivedAt: new Date(),
        mediaType: 'application/json',
      },
      ...{ body: Buffer.from('{}'), verdict: 'read', flaws: [], workflowIds: [WORKFLOW] },
    },
  ]);
  await archive.deleteWebhooksBefore(db, new Date(Date.now() - 365 * 24 * HOUR_MS), 1_000);
  const report = { journalId: JOURNAL, place: 'here', archivedUntil: new Date(), waiting: 0, oldestAt: null };
  await journals.reportJournal(db, report);
  await journals.listJournals(db);
  const kept = await journals.selectKeptWebhooks(db, { journalId: JOURNAL, afterId: '', limit: 100 });
  await journals.markWebhooksHandedOver(db, kept.slice(0, 5));
  await journals.findKeptDeliveries(db, TRACKING_NO);
  await db.query(`update waybell.journals set heard_at = now() - interval '1 hour'`);
  await journals.forgetSilentJournal(db, JOURNAL);
  await journals.deleteJournal(db, JOURNAL);
  const at = new Date();
  const refusal = { reason: 'header-mismatch', place: 'sign', found: '', address: '203.0.113.7' };
  await traffic.addChannelTraffic(db, [
    {
      ...{ source: 'sf', channel: 'main', acceptedAt: at, refusedAt: at, refusedInARow: 1 },
      spans: [{ span: at, accepted: 1, refused: 1 }],
      refusals: [{ ...refusal, trackingNo: TRACKING_NO, times: 1, firstAt: at, lastAt: at }],
    },
  ]);
  await traffic.listChannelTraffic(db);
  await traffic.findRefusals(db, TRACKING_NO);
  await ledger.selectOpenDeliveries(db, since);
  const range = { since, until: new Date(), unarchived: [], notRunning: [] };
  await ledger.selectLedger(db, range);
  await ledger.findWritten(db, [WORKFLOW]);
}

async function decideThings(db: Queryable, since: Date): Promise<void> {
  const decision = {
    actor: 'key-1',
    place: 'here',
    action: 'retryDelivery',
    subject: TRACKING_NO,
    asked: '{}',
  };
  const id = await audit.insertDecision(db, decision);
  await audit.writeOutcome(db, id, 'done');
  await audit.selectAudit(db, { limit: 50 });
  await audit.selectAudit(db, { actor: 'key-1', before: id, limit: 50 });
  await audit.selectAudit(db, { since, limit: 50 });
  const key = { name: 'desk', sha256: Buffer.alloc(32), scopes: ['read'], createdBy: 'x', expiresAt: null };
  await apiKeys.insertApiKey(db, key);
  await apiKeys.selectValidKeys(db);
  await apiKeys.listApiKeys(db);
  await apiKeys.revokeApiKey(db, 'desk');
}

async function applyRetention(db: Queryable): Promise<void> {
  await audit.deleteOldAudit(db, 400);
  const first = await memories.listOldParcels(db, 364, null);
  await memories.listOldParcels(db, 364, first.next ?? { closedAt: '2020-01-01', workflowId: '' });
  // Without the webhooks that still tell of them.
  await db.query(
    `delete from waybell.webhooks where id in (select id from waybell.webhooks order by id limit 2000)`,
  );
  await memories.foldParcels(db, shopTables, first.waybillIds.slice(0, 100), 300);
  await memories.recallParcel(db, first.waybillIds[0] ?? '');
  await memories.reduceMemories(db, 364);
  await memories.deleteMemories(db, 364);
  await archive.findLastBeyond(db, 1_000);
  await archive.deleteWebhooksUpTo(db, '2', 1_000);
  await retention.moveLedgerFloor(db, 90);
  await moveOldTexts(db, WORKFLOW, shipmentUpdate(TRACKING_NO, [['delivered', 1]]));
  await retention.selectLedgerFloor(db);
  await retention.emptyImports(db);
  await retention.deleteCorrections(db, 364);
  await retention.deleteRefusals(db, 7);
  await retention.deleteSpans(db, 7);
  await retention.blankNotifications(db, 364);
  await retention.deleteNotifications(db, 364);
  await retention.measureTables(db);
}
