import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import { startDelivery } from '../../src/deliveries/start';
import { wordDigest } from '../../src/deliveries/word-digest';
import type { Channel, Channels } from '../../src/intake/channels/channels';
import { readArchived, replay, type ReplayTally } from '../../src/intake/replay';
import { MAX_AGE_HOURS } from '../../src/shipment/news-age';
import type { ShipmentStatus, StatusMap } from '../../src/shipment/status';
import { serveDeliveries } from '../api/delivery-api';
import { ANY_TEXT } from '../setup/any-age';
import { eventually, LIMITS, useLab } from '../setup/delivery-lab';
import { TOKEN } from './own-channel';

const lab = useLab();

/** One channel, of SF, which signs nothing. */
const sfChannel = {
  ...{ source: 'sf', name: 'main', secrets: [], unsigned: false },
  ...{ toleranceSeconds: 300, lockerSigned: 'available_for_pickup' },
} as unknown as Channel;
const channels: Channels = {
  find: (source, token) => Promise.resolve(source === 'sf' && token === TOKEN ? sfChannel : undefined),
  findByName: () => Promise.resolve(sfChannel),
  findFormer: () => Promise.resolve(undefined),
};

/** SF's word for a parcel that is sent elsewhere; its text says that it goes back. */
const ELSEWHERE = '99';
const OF_SHOP: StatusMap = { 'sf/99': 'out_for_delivery' };

interface SentParcel {
  readonly trackingNo: string;
  readonly orderId: string;
  readonly cids: readonly string[];
}

async function sfParcel(linked = true): Promise<SentParcel> {
  const parcel = await lab.parcel({ user: 1, merchant: 1 }, linked);
  await lab.db.pool.query(`update platform_express_waybills set carrier = 'sf' where tracking_no = $1`, [
    parcel.trackingNo,
  ]);
  return parcel;
}

/** Sends scans of SF to an API with these settings, each in a request of its own, and waits until all is decided. */
async function sendSf(
  { trackingNo }: SentParcel,
  scans: readonly (readonly [opCode: string, time: string])[],
  statusMap: StatusMap = {},
): Promise<void> {
  const api = await serveDeliveries(lab, {
    config: loadConfig({ STATUS_MAP: JSON.stringify(statusMap) }),
    channels,
  });
  try {
    for (const [opCode, acceptTime] of scans) {
      const row = { mailno: trackingNo, acceptTime, remark: `快件退回中 ${opCode}`, opCode };
      const body = JSON.stringify({ Body: { WaybillRoute: [row] } });
      const before = await decisions(trackingNo);
      expect(await api.call('POST', `/webhooks/sf/${TOKEN}`, { body })).toMatchObject({ status: 200 });
      await eventually(async () => (await decisions(trackingNo)) > before);
      await settled(trackingNo);
    }
    const ids = await archivedIds(trackingNo, scans.length);
    expect(ids.length).toBeGreaterThanOrEqual(scans.length);
  } finally {
    await api.close();
  }
}

async function archivedIds(trackingNo: string, atLeast: number): Promise<string[]> {
  return eventually(async () => {
    const { rows } = await lab.db.pool.query<{ id: string }>(
      `select id from waybell.webhooks where exists (
         select from unnest(workflow_ids) as id where id like '%/' || $1 || '/%')`,
      [trackingNo],
    );
    return rows.length >= atLeast && rows.map(({ id }) => id);
  });
}

async function decisions(trackingNo: string): Promise<number> {
  const { rowCount } = await lab.db.pool.query(
    `select from waybell.express_updates where workflow_id like '%/' || $1 || '/%'`,
    [trackingNo],
  );
  return rowCount ?? 0;
}

/** Waits until no delivery of the parcel is under way; those that wait for something are left. */
async function settled(trackingNo: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await lab.db.pool.query<{ id: string }>(
      `select u.workflow_id as id from waybell.express_updates u
        where u.state = 'open' and u.workflow_id like '%/' || $1 || '/%'
          and not exists (select from waybell.express_waits w where w.workflow_id = u.workflow_id)`,
      [trackingNo],
    );
    return rows.length === 0;
  });
}

async function replayUnder(statusMap: StatusMap): Promise<ReplayTally | undefined> {
  const { client: temporal, taskQueue } = lab.temporal;
  const started: string[] = [];
  let tally: ReplayTally | undefined;
  for await (tally of replay({
    pool: lab.db.pool,
    query: {},
    read: (webhook) => readArchived(webhook, channels, statusMap),
    textDays: ANY_TEXT.texts,
    start: async ({ workflowId, ...said }) => {
      const run = await startDelivery({ temporal, taskQueue }, { ...said, limits: LIMITS }, workflowId);
      if (run.runId !== undefined) started.push(run.workflowId);
      return run;
    },
  }));
  await eventually(async () => {
    const { rowCount } = await lab.db.pool.query(
      `select from waybell.express_updates where workflow_id = any ($1)`,
      [started],
    );
    return rowCount === started.length;
  });
  return tally;
}

/** All that is known of a parcel, and what its buyer was told. */
async function storyOf({ trackingNo, cids }: SentParcel): Promise<{
  scans: (ShipmentStatus | null)[];
  row: string | null;
  told: string[];
  pushes: number;
}> {
  await settled(trackingNo);
  const { rows } = await lab.db.pool.query<{ status: ShipmentStatus | null; row: string | null }>(
    `select e.status, w.status as row from platform_express_waybills w
       join waybell.platform_express_events e on e.waybill_id = w.id::text
      where w.tracking_no = $1 order by e.event_time`,
    [trackingNo],
  );
  const told = await lab.db.pool.query<{ status: string }>(
    `select status from express_notifications where tracking_no = $1 and aud = 'user' order by created_at`,
    [trackingNo],
  );
  return {
    scans: rows.map(({ status }) => status),
    row: rows[0]?.row ?? null,
    told: told.rows.map(({ status }) => status),
    pushes: lab.cloud.countFor(cids[0] ?? ''),
  };
}

describe('a word that the shop has corrected', () => {
  test('means to a new webhook what the shop says, though the source reads it by its text', async () => {
    await lab.withWorker(async () => {
      const parcel = await sfParcel();
      await sendSf(parcel, [[ELSEWHERE, '2026-03-02 08:30:00']], OF_SHOP);
      expect(await storyOf(parcel)).toEqual({
        ...{ scans: ['out_for_delivery'], row: 'out_for_delivery', told: ['out_for_delivery'], pushes: 1 },
      });
    });
  });

  test('changes by a replay what is stored, and what follows is told once; what was told stays told', async () => {
    await lab.withWorker(async () => {
      const parcel = await sfParcel();
      await sendSf(parcel, [
        ['50', '2026-03-02 07:30:00'],
        [ELSEWHERE, '2026-03-02 08:30:00'],
      ]);
      const before = await storyOf(parcel);
      expect(before).toEqual({
        scans: ['picked_up', 'returning'],
        row: 'returning',
        told: ['picked_up', 'returning'],
        pushes: 2,
      });

      expect(await replayUnder(OF_SHOP)).toMatchObject({ flawed: 0 });
      const after = {
        scans: ['picked_up', 'out_for_delivery'],
        row: 'out_for_delivery',
        told: ['picked_up', 'returning', 'out_for_delivery'],
        pushes: 3,
      };
      expect(await storyOf(parcel)).toEqual(after);

      expect(await replayUnder(OF_SHOP)).toMatchObject({ started: 0 });
      expect(await storyOf(parcel)).toEqual(after);
    });
  });

  test('may be given back to its table, and corrected once more: each time it is stored, and nobody is told again', async () => {
    await lab.withWorker(async () => {
      const parcel = await sfParcel();
      await sendSf(parcel, [[ELSEWHERE, '2026-03-02 08:30:00']]);
      await replayUnder(OF_SHOP);
      const corrected = await storyOf(parcel);
      expect(corrected).toMatchObject({ scans: ['out_for_delivery'], pushes: 2 });
      for (const [statusMap, status] of [
        [{}, 'returning'],
        [OF_SHOP, 'out_for_delivery'],
        [{}, 'returning'],
      ] as const) {
        await replayUnder(statusMap);
        expect(await storyOf(parcel)).toEqual({ ...corrected, scans: [status], row: status });
        expect(await replayUnder(statusMap)).toMatchObject({ started: 0 });
      }
    });
  });

  test('that nobody knew when it came is found by its digest, and stands in clear once the shop names it', async () => {
    await lab.withWorker(async () => {
      const parcel = await sfParcel();
      await sendSf(parcel, [['ZZ9', '2026-03-02 08:30:00']]);
      const wordOf = async (): Promise<unknown> => {
        const { rows } = await lab.db.pool.query<{ word: string }>(
          `select e.raw_status as word from platform_express_waybills w
             join waybell.platform_express_events e on e.waybill_id = w.id::text where w.tracking_no = $1`,
          [parcel.trackingNo],
        );
        return rows.map(({ word }) => word);
      };
      expect(await storyOf(parcel)).toMatchObject({ scans: [null], pushes: 0 });
      expect(await wordOf()).toEqual([wordDigest('ZZ9')]);
      await replayUnder({ 'sf/ZZ9': 'out_for_delivery' });
      expect(await storyOf(parcel)).toMatchObject({ scans: ['out_for_delivery'], pushes: 1 });
      expect(await wordOf()).toEqual(['ZZ9']);
    });
  });

  test('is stored and is the status of the waybill, but is told to nobody when it is too old', async () => {
    const usual = { newsAge: { zone: 'Asia/Shanghai', maxAgeHours: MAX_AGE_HOURS } };
    await lab.withWorker(
      async () => {
        const parcel = await sfParcel();
        await sendSf(parcel, [[ELSEWHERE, '2026-03-02 08:30:00']]);
        await replayUnder(OF_SHOP);
        const { pushes, scans, row } = await storyOf(parcel);
        expect({ pushes, scans, row }).toEqual({
          ...{ pushes: 0, scans: ['out_for_delivery'], row: 'out_for_delivery' },
        });
      },
      undefined,
      usual,
    );
  });

  test('may say nothing at all: then the scan before it counts again, and what waited to be told is not', async () => {
    await lab.withWorker(async () => {
      const parcel = await sfParcel(false);
      await sendSf(parcel, [
        ['50', '2026-03-02 07:30:00'],
        [ELSEWHERE, '2026-03-02 08:30:00'],
      ]);
      await replayUnder({ 'sf/99': null });
      expect(await storyOf(parcel)).toMatchObject({ scans: ['picked_up', null], row: 'picked_up' });
      await eventually(async () => {
        const { rowCount } = await lab.db.pool.query(
          `select from waybell.express_updates where state = 'open' and workflow_id like '%/' || $1 || '/%'`,
          [parcel.trackingNo],
        );
        return rowCount === 0;
      });
      await lab.linkOrder({ ...parcel, userId: '', merchantId: '' });
      expect(await storyOf(parcel)).toMatchObject({ told: [], pushes: 0 });
    });
  });

  test('is not put back into a scan that its sender has corrected since', async () => {
    const trackingNo = `YT${randomBytes(4).toString('hex').toUpperCase()}`;
    const parcel = { trackingNo, orderId: '', cids: [] };
    const scan = {
      carrier: 'yto',
      tracking_no: trackingNo,
      event_time: '2026-03-02 09:00:00',
      event_id: 'a',
    };
    await lab.withWorker(async () => {
      const api = await serveDeliveries(lab);
      for (const status of ['in_transit', 'delivered']) {
        await api.call('POST', '/webhook/express/status', { json: { ...scan, status } });
        await settled(trackingNo);
        await eventually(async () => (await storyOf(parcel)).scans.includes(status as ShipmentStatus));
      }
      await archivedIds(trackingNo, 2);
      await api.close();
      await replayUnder({ 'own-system/in_transit': 'customs' });
      expect(await storyOf(parcel)).toMatchObject({ scans: ['delivered'], row: 'delivered' });
      await replayUnder({ 'own-system/delivered': 'available_for_pickup' });
      expect(await storyOf(parcel)).toMatchObject({ scans: ['available_for_pickup'] });
    });
  });
});
