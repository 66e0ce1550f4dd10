import { beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { createPersistWaybill, type PersistWaybillInput } from '../../src/activities/persist-waybill';
import { loadConfig } from '../../src/config/config';
import type { Decision } from '../../src/shipment/delivery';
import type { ShipmentStatus } from '../../src/shipment/status';
import { useDatabase } from '../setup/database';
import { shipmentUpdate } from '../setup/delivery-lab';
import { ANY_AGE, ANY_TEXT } from '../setup/any-age';

/** A repeatable stand-in for chance (mulberry32), so that a red run can be run again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

const LIFE: [ShipmentStatus, number][] = [
  ['info_received', 0],
  ['picked_up', 1],
  ['in_transit', 2],
  ['in_transit', 3],
  ['customs', 4],
  ['in_transit', 5],
  ['out_for_delivery', 6],
  ['failed_attempt', 7],
  ['out_for_delivery', 8],
  ['delivered', 9],
];

describe('persisting a waybill', () => {
  let persist: (
    trackingNo: string,
    workflow: string,
    ...scans: [ShipmentStatus | 'unheard-of', number][]
  ) => Promise<Decision>;

  let persistInput: (input: PersistWaybillInput) => Promise<Decision>;

  const db = useDatabase();
  beforeAll(() => {
    const persistWaybill = createPersistWaybill({
      pool: db.pool,
      shopTables: loadConfig({}).shopTables,
      carriers: loadConfig({}).carriers,
      statusMap: { 已发货: 'picked_up' },
      language: 'zh',
      retention: ANY_TEXT,
      newsAge: ANY_AGE,
      providers: new Map(),
      wake: () => Promise.resolve('woken' as const),
      hasEnded: () => Promise.resolve(false),
      deliveries: {
        startVersion: () => Promise.reject(new Error()),
        startForRow: () => Promise.reject(new Error()),
        list: () => Promise.reject(new Error()),
        retry: () => Promise.reject(new Error()),
        eraseHistories: () => Promise.reject(new Error()),
        startErasure: () => Promise.reject(new Error()),
      },
      log: pino({ level: 'silent' }),
    });
    persistInput = (input) => new MockActivityEnvironment().run(persistWaybill, input);
    persist = (trackingNo, workflow, ...scans) =>
      persistInput({
        workflowId: `${trackingNo}/${workflow}`,
        update: shipmentUpdate(trackingNo, scans),
        reopen: false,
      });
  });

  const statusOf = async (trackingNo: string): Promise<unknown> =>
    (await db.pool.query(`select status from platform_express_waybills where tracking_no = $1`, [trackingNo]))
      .rows;

  test('comes to the same end and never tells twice, in whatever order and however often scans arrive', async () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const random = seeded(seed);
      const trackingNo = `SHUFFLED${seed}`;
      const arrivals = shuffled([...LIFE, ...LIFE.slice(0, 4)], random);
      const told: string[] = [];
      for (const [i, scan] of arrivals.entries()) {
        const decision = await persist(trackingNo, `update-${i}`, scan);
        if (decision.verdict === 'announce') told.push(`${decision.status}:${decision.occurrence}`);
      }
      expect(await statusOf(trackingNo)).toEqual([{ status: 'delivered' }]);
      expect(new Set(told).size).toBe(told.length);
      expect(told.filter((one) => one.startsWith('delivered'))).toEqual(['delivered:1']);
    }
  });

  test('answers a repeat of the same step with the stored decision', async () => {
    const first = await persist('REPEATED', 'one', ['in_transit', 1]);
    expect(first).toMatchObject({ verdict: 'announce', status: 'in_transit', occurrence: 1 });
    expect(await persist('REPEATED', 'one', ['in_transit', 1])).toEqual(first);
    expect(await persist('REPEATED', 'two', ['in_transit', 1])).toMatchObject({ verdict: 'nothing-new' });
  });

  test('tells an old parcel that is new to us once, by its last status', async () => {
    expect(await persist('OLD', 'history', ...LIFE)).toMatchObject({
      verdict: 'announce',
      status: 'delivered',
    });
    expect(await persist('OLD', 'again', ...LIFE)).toMatchObject({ verdict: 'nothing-new' });
  });

  test('tells readers each change once: that of each update which announces, whatever is repeated or comes at once', async () => {
    /** As Temporal does with a step that fails: on a busy machine a lock takes longer than it is waited for. */
    const insist = (name: string, scan: (typeof LIFE)[number]): Promise<Decision> =>
      persist('READ', name, scan).catch((error: { code?: string }) => {
        if (error.code !== '55P03') throw error;
        return insist(name, scan);
      });
    const updates = LIFE.map((scan, i) => insist(`update-${i}`, scan));
    const repeated = LIFE.slice(6).map((scan, i) => insist(`update-${i + 6}`, scan));
    const decisions = await Promise.all([...updates, ...repeated]);
    const announced = decisions.filter(({ verdict }) => verdict === 'announce');
    const wanted = new Set(announced.map(({ status, occurrence }) => `${status}:${occurrence}`));
    const { rows } = await db.pool.query<{ status: string; scanned_at: Date }>(
      `select c.status, c.scanned_at from waybell.status_changes_after(0, 100000) c
         join platform_express_waybills w on w.id::text = c.waybill_id
        where c.tracking_no = 'READ' and c.carrier = 'yto' and c.parcel = 1`,
    );
    const told = rows.map(({ status }) => status);
    expect(told.sort()).toEqual([...wanted].map((one) => one.split(':')[0]).sort());
    expect(told).toContain('delivered');
  });

  test('tells readers once that a status is taken back, whose word means nothing any more', async () => {
    await persist('BACK', 'one', ['in_transit', 1]);
    await persist('BACK', 'two', ['delivered', 5]);
    const { events, ...update } = shipmentUpdate('BACK', [['delivered', 5]]);
    for (const workflowId of ['BACK/two~1', 'BACK/two~2']) {
      const reread = { ...update, events: events.map((event) => ({ ...event, status: null })) };
      await persistInput({ workflowId, update: reread, reread: true, reopen: false });
    }
    const { rows } = await db.pool.query<{ status: string }>(
      `select status from waybell.status_changes where tracking_no = 'BACK' order by position`,
    );
    expect(rows.map(({ status }) => status)).toEqual(['in_transit', 'delivered', 'in_transit']);
  });

  test('tells two updates at the same moment apart, whichever comes first', async () => {
    const decisions = await Promise.all(LIFE.map((scan, i) => persist('RACING', `update-${i}`, scan)));
    const told = decisions
      .filter(({ verdict }) => verdict === 'announce')
      .map(({ status, occurrence }) => `${status}:${occurrence}`);
    expect(new Set(told).size).toBe(told.length);
    expect(await statusOf('RACING')).toEqual([{ status: 'delivered' }]);
  });

  test('keeps the parcels of one number that is used again years later apart', async () => {
    const years = 3 * 365 * 24;
    await persist('REUSED', 'first', ['delivered', 1]);
    const again = await persist('REUSED', 'later', ['picked_up', years]);
    expect(again).toMatchObject({ verdict: 'announce', status: 'picked_up', instance: 2, occurrence: 1 });
    expect(await persist('REUSED', 'late', ['in_transit', 0])).toMatchObject({ verdict: 'stale' });
  });

  test('names the older deliveries that a new status makes pointless', async () => {
    await persist('OVERTAKEN', 'first', ['picked_up', 1]);
    expect(await persist('OVERTAKEN', 'second', ['in_transit', 2])).toMatchObject({
      supersedes: ['OVERTAKEN/first'],
    });
  });

  test('uses the row that the shop made, also in lower case and without a carrier', async () => {
    await db.pool.query(
      `insert into platform_express_waybills (carrier, tracking_no, order_id) values (null, 'shop-1', 'O-1')`,
    );
    await persist('SHOP-1', 'first', ['picked_up', 1]);
    const { rows } = await db.pool.query(
      `select tracking_no, status from platform_express_waybills where lower(tracking_no) = 'shop-1'`,
    );
    expect(rows).toEqual([{ tracking_no: 'shop-1', status: 'picked_up' }]);
  });

  test('stores a word that nobody knows and moves nothing', async () => {
    await persist('STRANGE', 'first', ['in_transit', 1]);
    expect(await persist('STRANGE', 'second', ['unheard-of', 2])).toMatchObject({
      verdict: 'unknown-status',
    });
    expect(await statusOf('STRANGE')).toEqual([{ status: 'in_transit' }]);
  });

  describe('that the old system knew', () => {
    const known = async (trackingNo: string, status: string): Promise<void> => {
      await db.pool.query(
        `insert into platform_express_waybills (carrier, tracking_no, status) values ('yto', $1, $2)`,
        [trackingNo, status],
      );
    };

    test('tells only what is new, however much history comes first', async () => {
      await known('KNOWN', 'out_for_delivery');
      expect(await persist('KNOWN', 'history', ...LIFE.slice(0, 7))).toMatchObject({
        verdict: 'stale',
        status: 'out_for_delivery',
      });
      expect(
        await persist('KNOWN', 'second attempt', ['failed_attempt', 7], ['out_for_delivery', 8]),
      ).toMatchObject({
        verdict: 'announce',
        status: 'out_for_delivery',
        occurrence: 1,
      });
      expect(await persist('KNOWN', 'end', ...LIFE)).toMatchObject({
        verdict: 'announce',
        status: 'delivered',
      });
      expect(await statusOf('KNOWN')).toEqual([{ status: 'delivered' }]);
    });

    test('tells nothing of a parcel that was delivered, and then its return', async () => {
      await known('DONE', 'delivered');
      expect(await persist('DONE', 'history', ...LIFE)).toMatchObject({ verdict: 'stale' });
      expect(await persist('DONE', 'return', ['returning', 20])).toMatchObject({ verdict: 'announce' });
    });

    test('reads the shop’s own words, and takes a word that stands for nothing as no status', async () => {
      await known('OWN-WORD', '已发货');
      expect(await persist('OWN-WORD', 'same', ['picked_up', 1])).toMatchObject({ verdict: 'stale' });
      await known('NO-WORD', 'created');
      expect(await persist('NO-WORD', 'first', ['picked_up', 1])).toMatchObject({ verdict: 'announce' });
    });
  });
});
