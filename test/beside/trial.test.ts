import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareTold, type Comparison } from '../../src/insight/compare';
import { importHistory, type HistoryTally } from '../../src/intake/import-history';
import type { StatusMap } from '../../src/shipment/status';
import { LIMITS, type Parcel, useLab } from '../setup/delivery-lab';
import { useOldSystem } from '../setup/old-system';

const COLUMNS = { waybillId: 'waybill_id', status: 'event_status', text: 'event_text', time: 'created_at' };
const statusMap: StatusMap = { 已揽收: 'picked_up', 已签收: 'delivered' };
/** Several rounds of the old consumer. */
const A_WHILE_MS = 200;

const lab = useLab('seed');
const old = useOldSystem(lab);

let stop: AbortController;
let consumer: Promise<number>;
beforeEach(() => {
  stop = new AbortController();
  consumer = old.keepConsuming(lab.cloud.url, stop.signal);
});
afterEach(async () => {
  stop.abort();
  await consumer;
});

/** As the old system does with a webhook: receiver, trigger, worker; the consumer runs beside. */
async function oldHears({ trackingNo }: Parcel, word: string): Promise<void> {
  await old.receiveWebhook(trackingNo, word, word);
  await old.runNotifyWorker();
  await sleep(A_WHILE_MS);
}

const shadow = <T>(work: () => Promise<T>): Promise<T> =>
  lab.withWorker(work, undefined, { shadow: true, statusMap });
const compare = (page: { after?: string; limit?: number } = {}): Promise<Comparison> => {
  const span = { since: new Date(Date.now() - 600_000), until: new Date(Date.now() + 600_000) };
  const { shopTables } = lab.deps;
  return compareTold(
    { pool: lab.db.pool, shopTables, statusMap, columns: COLUMNS },
    { ...span, after: '', limit: 1_000, ...page },
  );
};
const inShort = ({ differences }: Comparison): string[] =>
  differences
    .map(({ trackingNo, audience, status, toldBy, why }) =>
      [trackingNo, audience, status, toldBy, why.en].join(' '),
    )
    .sort();
const ofShop = async (): Promise<unknown> => [
  (await lab.db.pool.query('select * from platform_express_waybills order by id')).rows,
  (await lab.db.pool.query('select id, process_status from notify_queue order by id')).rows,
  (await lab.db.pool.query('select id, send_status from express_notifications order by id')).rows,
  (await lab.db.pool.query('select id, is_active from push_devices order by id')).rows,
];

test('a shadow decides everything, tells nobody, and writes nothing that is the shop’s', async () => {
  const both = await lab.parcel({ user: 2, merchant: 1 });
  const onlyOld = await lab.parcel();
  const onlyShadow = await lab.parcel();
  const unknown = { ...(await lab.parcel()), trackingNo: `${onlyOld.trackingNo}X` };
  await oldHears(both, '已签收');
  await oldHears(onlyOld, '已签收');
  const before = await ofShop();

  await shadow(async () => {
    const handles = [await lab.start(both, 'delivered', 1), await lab.start(onlyShadow, 'delivered', 1)];
    for (const handle of handles)
      expect(await handle.result()).toMatchObject({
        ...{ outcome: 'superseded', reason: 'shadow' },
        audiences: [
          { audience: 'user', reason: 'shadow', attention: null },
          { audience: 'merchant', reason: 'shadow', attention: null },
        ],
      });
    // What the shop does not know stays unknown to it.
    const waiting = await lab.start(unknown, 'delivered', 1, { limits: { ...LIMITS, order: 300 } });
    expect(await waiting.result()).toMatchObject({ outcome: 'no-targets', reason: 'no-order' });
    // The same once more tells no second time.
    const again = await lab.start(both, 'delivered', 2);
    expect(await again.result()).toMatchObject({ outcome: 'stale' });
  });
  expect(await ofShop()).toEqual(before);
  // One push from the old system, none from us.
  expect(both.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1, 1]);
  expect(onlyShadow.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([0, 0]);

  const found = await compare();
  expect(found).toMatchObject({ both: 2, next: null });
  const silent = 'no webhook about it reached Waybell';
  const unqueued = 'nothing about it was processed in notify_queue';
  expect(inShort(found)).toEqual(
    [
      ...['user', 'merchant'].map((audience) => `${onlyOld.trackingNo} ${audience} delivered old ${silent}`),
      ...['user', 'merchant'].map(
        (audience) => `${onlyShadow.trackingNo} ${audience} delivered shadow ${unqueued}`,
      ),
    ].sort(),
  );
  // Page by page it is the same.
  const paged: string[] = [];
  let after: string | null = '';
  while (after !== null) {
    const page: Comparison = await compare({ after, limit: 1 });
    paged.push(...inShort(page));
    after = page.next;
  }
  expect(paged.sort()).toEqual(inShort(found));
});

test('a word that no map knows, and what comes late, are named as what they are', async () => {
  const strange = await lab.parcel();
  const late = await lab.parcel();
  await oldHears(strange, '神秘状态');
  await shadow(async () => {
    await (await lab.start(late, 'delivered', 2)).result();
    await (await lab.start(late, 'picked_up', 1)).result();
  });
  await oldHears(late, '已签收');
  await oldHears(late, '已揽收');
  const own = inShort(await compare()).filter((line) =>
    [strange.trackingNo, late.trackingNo].some((number) => line.startsWith(number)),
  );
  expect(own).toEqual(
    ['user', 'merchant']
      .flatMap((audience) => [
        `${strange.trackingNo} ${audience} 神秘状态 old its word is in no STATUS_MAP`,
        `${late.trackingNo} ${audience} picked_up old the last webhook about it: its scans do not change the status, or lie behind what people were told`,
      ])
      .sort(),
  );
});

test('history that is imported is told to nobody, and not told again', async () => {
  const told = await lab.parcel();
  const unordered = await lab.parcel({}, false);
  await oldHears(told, '已揽收');
  await oldHears(unordered, '已揽收');
  // The old receiver queues a scan a while after it was made.
  await lab.db.pool.query(
    `update notify_queue set created_at = '2026-02-06T03:30:00Z' where event_status = '已揽收'`,
  );
  const pushes = told.cids.map((cid) => lab.cloud.countFor(cid));
  const before = await ofShop();
  const run = async (dryRun: boolean, until = new Date(Date.now() + 60_000)): Promise<HistoryTally> => {
    let last: HistoryTally = { rows: 0, stored: 0, known: 0, refused: [] };
    const parts = {
      pool: lab.db.pool,
      shopTables: lab.deps.shopTables,
      columns: COLUMNS,
      statusMap,
      textDays: 400,
    };
    for await (last of importHistory({ ...parts, carrier: 'yto', before: until, dryRun }));
    return last;
  };
  expect(await run(false, new Date('2020-01-01'))).toMatchObject({ rows: 0, stored: 0 });
  const { stored, known } = await run(true);
  expect(stored).toBeGreaterThanOrEqual(2);
  expect(await run(false)).toMatchObject({ stored, known });
  expect(await run(false)).toMatchObject({ stored: 0, known: known + stored });
  expect(await ofShop()).toEqual(before);

  await shadow(async () => {
    // What people know already is nothing new, what follows is told; what was never told is.
    expect(await (await lab.start(told, 'picked_up', 1)).result()).toMatchObject({ outcome: 'stale' });
    expect(await (await lab.start(told, 'delivered', 2)).result()).toMatchObject({ reason: 'shadow' });
    await lab.linkOrder(unordered);
    expect(await (await lab.start(unordered, 'picked_up', 1)).result()).toMatchObject({ reason: 'shadow' });
  });
  expect(told.cids.map((cid) => lab.cloud.countFor(cid))).toEqual(pushes);
});

test('PUSH_ONLY_TO pushes to the owners and phones in it, and says of all others that they are not told here', async () => {
  await lab.db.pool.query(
    'alter table platform_express_waybills disable trigger trg_enqueue_express_notification',
  );
  const listed = await lab.parcel({ user: 2, merchant: 1 });
  const other = await lab.parcel({ user: 1, merchant: 1 });
  const onePhone = await lab.parcel({ user: 2, merchant: 0 });
  const pushOnlyTo = [listed.userId.toUpperCase(), onePhone.cids[0] ?? ''];
  const outcomes = await lab.withWorker(
    async () => {
      const handles = await Promise.all(
        [listed, other, onePhone].map((one) => lab.start(one, 'delivered', 1)),
      );
      return Promise.all(handles.map((handle) => handle.result()));
    },
    undefined,
    { pushOnlyTo },
  );
  expect(outcomes.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['success', 'by-audience'],
    ['superseded', 'not-in-this-environment'],
    ['success', 'by-audience'],
  ]);
  const counts = [listed, other, onePhone].map(({ cids }) => cids.map((cid) => lab.cloud.countFor(cid)));
  expect(counts).toEqual([
    [1, 1, 0],
    [0, 0],
    [1, 0],
  ]);
  const { rows } = await lab.db.pool.query<{ send_status: string; last_error: string | null }>(
    `select send_status, last_error from express_notifications where tracking_no = $1`,
    [other.trackingNo],
  );
  expect(rows).toEqual(Array(2).fill({ send_status: 'superseded', last_error: 'not-in-this-environment' }));
});
