import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { isQueuePolled } from '../../src/deliveries/pollers';
import { MAX_AGE_HOURS } from '../../src/shipment/news-age';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { accepted, badKey, starting } from '../setup/cloud-function';
import { setClockApart, setDatabaseClockApart } from '../setup/clocks';
import {
  eventually,
  LAB_TIMERS,
  LIMITS,
  shipmentUpdate,
  type DeliveryHandle,
  useLab,
} from '../setup/delivery-lab';

/** By how many hours they are ahead of the clock of Temporal. */
describe.each([
  { process: 2, database: -2 },
  { process: -2, database: 2 },
])('with the process $process h and PostgreSQL $database h ahead of Temporal', ({ process, database }) => {
  const lab = useLab();
  let setRight: () => void;
  beforeAll(async () => {
    await setDatabaseClockApart(lab.db, database);
    setRight = setClockApart(process);
  });
  afterAll(() => setRight());

  const waitsFor = (handle: DeliveryHandle, need: string): Promise<unknown> =>
    eventually(async () => (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes(need));
  /** What is not at rest adds to its history. */
  const isCalm = async (handle: DeliveryHandle): Promise<void> => {
    const before = (await handle.describe()).historyLength;
    await sleep(4_000);
    expect((await handle.describe()).historyLength).toBe(before);
  };

  test('the clocks are apart', async () => {
    const { rows } = await lab.db.pool.query<{ now: Date }>('select now()');
    const apart = ((rows[0]?.now.getTime() ?? 0) - Date.now()) / 3_600_000;
    expect(Math.round(apart)).toBe(database - process);
  });

  test('a delivery waits without a rush, is woken at once, and pushes once', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 }, false);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'order-not-found');
      await isCalm(handle);
      await lab.linkOrder(parcel);
      await handle.signal('orderLinked');
      await waitsFor(handle, 'no-targets');
      await isCalm(handle);
      const merchantPhone = await lab.registerDevice({ merchantId: parcel.merchantId });
      await handle.signal('deviceRegistered');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect([...parcel.cids, merchantPhone].map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
    });
  });

  test('the sweep finds what has come, and leaves alone what has time', async () => {
    const came = await lab.parcel({}, false);
    const lacks = await lab.parcel({}, false);
    await lab.withWorker(async () => {
      const [first, second] = [await lab.start(came, 'delivered', 1), await lab.start(lacks, 'delivered', 1)];
      await waitsFor(first, 'order-not-found');
      await waitsFor(second, 'order-not-found');
      await lab.linkOrder(came);
      await lab.temporal.client.workflow.execute('SweepWaits', {
        taskQueue: lab.temporal.taskQueue,
        workflowId: `sweep-${came.trackingNo}`,
      });
      expect(await first.result()).toMatchObject({ outcome: 'success' });
      await isCalm(second);
      await lab.terminate(second.workflowId);
    });
  });

  test('what is waited for in vain ends in its time', async () => {
    const limits = { ...LIMITS, order: 3_000, device: 3_000, firstDevice: 3_000 };
    const orphan = await lab.parcel({}, false);
    const deviceless = await lab.parcel({ user: 0, merchant: 0 });
    await lab.withWorker(async () => {
      const began = performance.now();
      const handles = [
        await lab.start(orphan, 'delivered', 1, { limits }),
        await lab.start(deviceless, 'delivered', 1, { limits }),
      ];
      const [first, second] = await Promise.all(handles.map((handle) => handle.result()));
      expect([first, second]).toMatchObject([
        { outcome: 'no-targets', reason: 'no-order' },
        { outcome: 'no-targets', reason: 'by-audience' },
      ]);
      expect(performance.now() - began).toBeGreaterThan(2_900);
      for (const handle of handles) expect((await handle.describe()).historyLength).toBeLessThan(40);
    });
  });

  test('what a provider wants later comes soon, and what is held goes when it may', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, starting, badKey, accepted(cid));
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        await eventually(() => Promise.resolve(lab.cloud.countFor(cid) === 2));
        await eventually(
          async () =>
            // Long ago: a phone that the provider has not accepted before lets others try first.
            (await lab.db.pool.query(`update waybell.push_circuits set probe_at = now() - interval '1 hour'`))
              .rowCount === 1,
        );
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
        expect(lab.cloud.countFor(cid)).toBe(3);
      },
      undefined,
      { timers: { ...LAB_TIMERS, heldLook: 300, retryScale: 1 / 60 } },
    );
  });

  test('fresh news are told, and not called old', async () => {
    const parcel = await lab.parcel();
    const update = shipmentUpdate(parcel.trackingNo, [['delivered', 1]]);
    const scanned = new Date(Date.now() - process * 3_600_000 - 60_000).toISOString();
    const events = update.events.map((event) => ({ ...event, time: scanned }));
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1, { update: { ...update, events } });
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
      },
      undefined,
      { newsAge: { zone: 'Asia/Shanghai', maxAgeHours: MAX_AGE_HOURS } },
    );
  });

  test('a worker that polls is seen', async () => {
    const { client, taskQueue } = lab.temporal;
    expect(await isQueuePolled(client, { taskQueue: `${taskQueue}-nobody` })).toBe(false);
    await lab.withWorker(() => eventually(() => isQueuePolled(client, { taskQueue })));
  });
});
