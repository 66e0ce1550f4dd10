import { describe, expect, test } from '@jest/globals';
import { openPool } from '../../src/database/pool';
import { writeScanTexts, type SaidText } from '../../src/database/scan-texts';
import { inDigestForm } from '../../src/database/parcel-events';
import { startDelivery } from '../../src/deliveries/start';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { wordDigest } from '../../src/deliveries/word-digest';
import type { Channel, Channels } from '../../src/intake/channels/channels';
import { readArchived, replay } from '../../src/intake/replay';
import { listWords } from '../../src/intake/words';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { serveDeliveries } from '../api/delivery-api';
import type { Api } from '../api/api-lab';
import { ANY_TEXT } from '../setup/any-age';
import { eventually, LIMITS, shipmentUpdate, useLab } from '../setup/delivery-lab';
import { startTcpProxy } from '../setup/tcp-proxy';
import { TOKEN } from './own-channel';

const lab = useLab();

const channel = {
  ...{ source: 'kuaidi100', name: 'main', secrets: [], unsigned: true },
  ...{ toleranceSeconds: 300, lockerSigned: 'available_for_pickup' },
} as unknown as Channel;
const channels: Channels = {
  find: () => Promise.resolve(channel),
  findByName: () => Promise.resolve(channel),
  findFormer: () => Promise.resolve(undefined),
};

/** What is said in words: none of it may be read in Temporal. */
const TEXT = '包裹放在蓝色花盆旁';
const PLACE = '云栖小镇营业部';
const WORD = '花园代放';
const STATE = '花园状态';
const SAID = new RegExp([TEXT, PLACE, WORD, STATE].join('|'));

/** A push of Kuaidi100: a scan that is told, and one in a word of which nobody knows what it means. */
async function sendPush(api: Api, trackingNo: string): Promise<string> {
  const data = [
    { time: '2026-02-06 10:11:00', context: TEXT, location: PLACE, statusCode: '5' },
    { time: '2026-02-06 09:11:00', context: `${TEXT}了`, location: PLACE, statusCode: WORD },
  ];
  const lastResult = { com: 'yuantong', nu: trackingNo, state: STATE, data };
  const param = JSON.stringify({ status: 'polling', message: '', comOld: '', comNew: '', lastResult });
  const answer = await api.call('POST', `/webhooks/kuaidi100/${TOKEN}`, {
    body: new URLSearchParams({ param }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer.status).toBe(200);
  return eventually(async () => {
    const { rows } = await lab.db.pool.query<{ id: string }>(
      `select workflow_id as id from waybell.express_updates where workflow_id like '%/' || $1 || '/%'`,
      [trackingNo],
    );
    return rows[0]?.id ?? false;
  });
}

const handleOf = (workflowId: string) => lab.temporal.client.workflow.getHandle(workflowId);

/** All that Temporal keeps of a delivery, its payloads in clear. */
async function allThatTemporalKnows(workflowId: string): Promise<string> {
  const { memo, typedSearchAttributes } = await handleOf(workflowId).describe();
  const history = await handleOf(workflowId).fetchHistory();
  return JSON.stringify([memo, typedSearchAttributes, inClear(history)]);
}

function inClear(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(inClear);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inClear(each)]));
}

/** What the tables of the deliveries hold that is said in words. */
async function rowsOf(workflowId: string): Promise<string> {
  const { rows } = await lab.db.pool.query(
    `select u.input, u.decision, e.event_text_safe, e.place, e.raw_status from waybell.express_updates u
       join waybell.platform_express_events e using (workflow_id) where workflow_id = $1`,
    [workflowId],
  );
  expect(rows.length).toBeGreaterThan(0);
  return JSON.stringify(rows);
}

const textsOf = async (trackingNo: string): Promise<unknown[]> => {
  const { rows } = await lab.db.pool.query<Record<string, string | null>>(
    `select text, place, word from waybell.scan_texts where tracking_no = $1 order by event_time desc`,
    [trackingNo],
  );
  return rows;
};

const SAID_ROWS = [
  { text: TEXT, place: PLACE, word: null },
  { text: `${TEXT}了`, place: PLACE, word: WORD },
];

const textsToldOf = async (trackingNo: string): Promise<string[]> => {
  const { rows } = await lab.db.pool.query<{ event_text_safe: string }>(
    `select event_text_safe from express_notifications where tracking_no = $1`,
    [trackingNo],
  );
  return rows.map(({ event_text_safe: text }) => text);
};

test('nothing that a sender says in words gets into Temporal; the notification has it, and a replay misses none', async () => {
  const parcel = await lab.parcel();
  const api = await serveDeliveries(lab, { channels });
  await lab.withWorker(async () => {
    const workflowId = await sendPush(api, parcel.trackingNo);
    expect(await handleOf(workflowId).result()).toMatchObject({ outcome: 'success' });
    const known = await allThatTemporalKnows(workflowId);
    expect(known).toContain(wordDigest(WORD));
    expect(known).not.toMatch(SAID);
    expect(await rowsOf(workflowId)).not.toMatch(SAID);
    await eventually(async () => (await textsToldOf(parcel.trackingNo)).every((text) => text === TEXT));
    expect(await textsOf(parcel.trackingNo)).toEqual(SAID_ROWS);
    expect(await textsToldOf(parcel.trackingNo)).toEqual([TEXT, TEXT]);
    expect(lab.cloud.countFor(parcel.cids[0] ?? '')).toBe(1);

    // People are shown the word itself.
    const words = await listWords({ pool: lab.db.pool, statusMap: {} }, 10);
    expect(words).toMatchObject([{ source: 'kuaidi100', word: WORD, unread: 1, lastText: `${TEXT}了` }]);

    await lab.db.pool.query('delete from waybell.scan_texts');
    const { client: temporal, taskQueue } = lab.temporal;
    for await (const { started } of replay({
      pool: lab.db.pool,
      query: {},
      read: (webhook) => readArchived(webhook, channels, {}),
      textDays: ANY_TEXT.texts,
      start: ({ workflowId: id, ...said }) =>
        startDelivery({ temporal, taskQueue }, { ...said, limits: LIMITS }, id),
    }))
      expect(started).toBe(0);
    expect(await textsOf(parcel.trackingNo)).toEqual(SAID_ROWS);
  });
  await api.close();
});

test('with PostgreSQL away from the intake the push goes out, and the text comes when it answers again', async () => {
  const parcel = await lab.parcel();
  const { hostname: host, port } = new URL(lab.db.url);
  const proxy = await startTcpProxy({ host, port: Number(port) });
  const through = new URL(lab.db.url);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const pool = openPool(through.href, () => undefined);
  const api = await serveDeliveries(lab, { channels, pool });
  proxy.cut();
  await lab.withWorker(async () => {
    const workflowId = await sendPush(api, parcel.trackingNo);
    expect(await handleOf(workflowId).result()).toMatchObject({ outcome: 'success' });
    expect(lab.cloud.countFor(parcel.cids[0] ?? '')).toBe(1);
    expect(await textsOf(parcel.trackingNo)).toEqual([]);
    expect(await textsToldOf(parcel.trackingNo)).toEqual(['', '']);
    proxy.mend();
    await eventually(async () => (await textsToldOf(parcel.trackingNo)).every((text) => text === TEXT));
    expect(await textsOf(parcel.trackingNo)).toEqual(SAID_ROWS);
  });
  await api.close();
  await pool.end();
  await proxy.close();
});

test('a delivery that an earlier release started with its texts goes on, and they are kept where texts are now', async () => {
  const parcel = await lab.parcel();
  const bare = shipmentUpdate(parcel.trackingNo, [
    ['unheard-of', 1],
    ['delivered', 2],
  ]);
  const [odd, told] = bare.events;
  const update = {
    ...bare,
    state: STATE,
    events: [
      { ...odd, rawStatus: WORD, reading: 'unknown', text: `${TEXT}了`, place: PLACE },
      { ...told, text: TEXT, place: PLACE },
    ],
  } as ShipmentUpdate;
  const workflowId = deliveryWorkflowId(update);
  await lab.withWorker(async () => {
    const { client: temporal, taskQueue } = lab.temporal;
    await startDelivery({ temporal, taskQueue }, { update, limits: LIMITS }, workflowId);
    expect(await handleOf(workflowId).result()).toMatchObject({ outcome: 'success' });
  });
  expect(await rowsOf(workflowId)).not.toMatch(SAID);
  expect(await textsOf(parcel.trackingNo)).toEqual(SAID_ROWS);
  expect(await textsToldOf(parcel.trackingNo)).toEqual([TEXT, TEXT]);
});

describe('the texts of scans', () => {
  const said = (change: Partial<SaidText> = {}): SaidText => ({
    ...{ source: 'sf', trackingNo: 'SF1234', key: 'id:1', time: new Date(NOW - 3_600_000).toISOString() },
    ...{ text: 'one', receivedAt: new Date(NOW) },
    ...change,
  });
  const NOW = Date.now();
  const write = (...texts: SaidText[]): Promise<void> => writeScanTexts(lab.db.pool, texts, 90);
  const stored = async (): Promise<Record<string, unknown>[]> =>
    (
      await lab.db.pool.query<Record<string, unknown>>(
        `select text, xmin::text as xmin, xmax::text as xmax from waybell.scan_texts where tracking_no = 'SF1234'
          order by event_time`,
      )
    ).rows;

  test('are those of the newest request, in whatever order they are written; one that says the same writes nothing', async () => {
    await write(said(), said({ text: 'two', receivedAt: new Date(NOW + 1_000) }));
    const before = await stored();
    expect(before).toMatchObject([{ text: 'two' }]);
    await write(said({ text: 'two', receivedAt: new Date(NOW + 2_000) }));
    expect(await stored()).toEqual(before);
    await write(said({ text: 'one' }));
    expect(await stored()).toMatchObject([{ text: 'two' }]);
    await write(said({ text: 'three', receivedAt: new Date(NOW + 3_000) }));
    expect(await stored()).toMatchObject([{ text: 'three' }]);
  });

  test('are written once of what a source says again of a whole waybill, which has the time of the moment', async () => {
    const whole = said({ trackingNo: 'SF5678', key: 'said:whole' });
    await write(whole);
    await write({ ...whole, time: new Date(NOW).toISOString() });
    const { rowCount } = await lab.db.pool.query(
      `select from waybell.scan_texts where tracking_no = 'SF5678'`,
    );
    expect(rowCount).toBe(1);
  });

  test('keep the word that a digest stands for, when the same scan is told again in a word that is listed by then', async () => {
    const odd = said({ trackingNo: 'SF9012', word: WORD });
    await write(odd);
    await write({ ...said({ trackingNo: 'SF9012', text: 'two' }), receivedAt: new Date(NOW + 1_000) });
    expect(await textsOf('SF9012')).toEqual([{ text: 'two', place: null, word: WORD }]);
  });

  test('are not written of a scan that is older than they are kept', async () => {
    await write(said({ time: new Date(NOW - 91 * 24 * 3_600_000).toISOString(), text: 'old' }));
    expect(await stored()).toMatchObject([{ text: 'three' }]);
  });

  test('have words that are known again by their digests, in PostgreSQL as in the code', async () => {
    for (const word of [WORD, 'delivered', '', 'x'.repeat(64), wordDigest(WORD)]) {
      const { rows } = await lab.db.pool.query<{ digest: string }>(
        `select ${inDigestForm('$1::text')} as digest`,
        [word],
      );
      expect(rows[0]?.digest).toBe(word.startsWith('#') ? word : wordDigest(word));
    }
  });
});
