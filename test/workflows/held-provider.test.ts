import { afterEach, describe, expect, test } from '@jest/globals';
import { NativeConnection } from '@temporalio/worker';
import { openPool } from '../../src/database/pool';
import { endHold, listHolds } from '../../src/database/held';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { badKey, gone, refused } from '../setup/cloud-function';
import { eventually, LAB_TIMERS, type DeliveryHandle, useLab } from '../setup/delivery-lab';

/** A second look comes soon. */
const timers = { ...LAB_TIMERS, heldLook: 300 };

describe('a provider that refuses our keys', () => {
  const lab = useLab();
  afterEach(() => lab.db.pool.query('truncate waybell.push_circuits, waybell.held_deactivations'));

  const isHeld = async (): Promise<boolean> => (await listHolds(lab.db.pool)).length === 1;
  /** For whoever looks first: long enough ago for devices that were never reached too. */
  const probeNow = (): Promise<unknown> =>
    lab.db.pool.query(`update waybell.push_circuits set probe_at = now() - interval '10 minutes'`);
  const pending = async (handle: DeliveryHandle): Promise<(string | null | undefined)[]> =>
    ((await handle.describe()).raw.pendingActivities ?? []).map(
      ({ lastFailure }) => lastFailure?.applicationFailureInfo?.type,
    );
  const waitsForProvider = (handle: DeliveryHandle, pushes: number): Promise<boolean> =>
    eventually(async () => {
      const types = await pending(handle);
      return types.length === pushes && types.every((type) => type === 'ProviderHeld');
    });
  const count = (cids: readonly string[]): number[] => cids.map((cid) => lab.cloud.countFor(cid));
  const inactive = async (): Promise<number | null> =>
    (await lab.db.pool.query('select from push_devices where not is_active')).rowCount;
  /** A second worker on the same queue, with connections of its own. */
  const withTwoWorkers = async <T>(work: () => Promise<T>): Promise<T> => {
    const pool = openPool(lab.db.url, () => undefined);
    const connection = await NativeConnection.connect({ address: lab.temporal.address });
    const second = { timers, pool, connection };
    try {
      return await lab.withWorker(() => lab.withWorker(work, undefined, second), undefined, { timers });
    } finally {
      await connection.close();
      await pool.end();
    }
  };

  test('holds the pushes of all deliveries and workers, visibly, and one accepted probe lets all go', async () => {
    const first = await lab.parcel();
    const others = await Promise.all(Array.from({ length: 5 }, () => lab.parcel()));
    for (const cid of first.cids) lab.cloud.answer(cid, badKey);
    await withTwoWorkers(async () => {
      const refusedOne = await lab.start(first, 'delivered', 1);
      await eventually(isHeld);
      const waiting = await Promise.all(others.map((parcel) => lab.start(parcel, 'delivered', 1)));
      for (const handle of [refusedOne, ...waiting]) await waitsForProvider(handle, 2);
      expect(others.flatMap(({ cids }) => count(cids))).toEqual(Array(10).fill(0));

      for (const cid of first.cids) lab.cloud.answer(cid);
      const before = lab.cloud.requests.length;
      const answer = lab.cloud.hold();
      await probeNow();
      await eventually(() => Promise.resolve(lab.cloud.requests.length > before));
      await new Promise((resolve) => setTimeout(resolve, 4 * timers.heldLook));
      expect(lab.cloud.requests.length - before).toBe(1);
      answer();

      for (const handle of [refusedOne, ...waiting])
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
    expect(await listHolds(lab.db.pool)).toEqual([]);
    expect(others.flatMap(({ cids }) => count(cids))).toEqual(Array(10).fill(1));
    expect(await inactive()).toBe(0);
    // What was refused for certain came back under a new id.
    const ids = lab.cloud.requests.filter(({ push_clientid: cid }) => first.cids.includes(cid));
    expect(new Set(ids.map(({ request_id: id }) => id)).size).toBe(ids.length);
  });

  test('goes on holding when the probe is refused too', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    for (const cid of parcel.cids) lab.cloud.answer(cid, badKey);
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        await waitsForProvider(handle, 2);
        const before = lab.cloud.requests.length;
        await probeNow();
        await eventually(() => Promise.resolve(lab.cloud.requests.length === before + 1));
        const { rows } = await lab.db.pool.query<{ probes: number; wait: string }>(
          `select probes, extract(epoch from probe_at - now()) as wait from waybell.push_circuits`,
        );
        expect(rows[0]?.probes).toBe(1);
        // A minute when it was written.
        expect(Number(rows[0]?.wait)).toBeGreaterThan(30);
        await waitsForProvider(handle, 2);
        await lab.terminate(handle.workflowId);
      },
      undefined,
      { timers },
    );
  });

  test('is released by a person, and what a newer status overtook meanwhile is not sent', async () => {
    const parcel = await lab.parcel();
    for (const cid of parcel.cids) lab.cloud.answer(cid, badKey);
    await lab.withWorker(
      async () => {
        const older = await lab.start(parcel, 'in_transit', 1);
        await waitsForProvider(older, 2);
        const newer = await lab.start(parcel, 'delivered', 2);
        expect(await older.result()).toMatchObject({ outcome: 'superseded' });
        await waitsForProvider(newer, 2);
        for (const cid of parcel.cids) lab.cloud.answer(cid);
        const before = lab.cloud.requests.length;
        expect(await endHold(lab.db.pool, 'unicloud')).toBe(true);
        expect(await newer.result()).toMatchObject({ outcome: 'success' });
        expect(lab.cloud.requests.length - before).toBe(2);
      },
      undefined,
      { timers },
    );
  });

  test('ends the push, with the reason, when its time to live is over', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    for (const cid of parcel.cids) lab.cloud.answer(cid, badKey);
    const limits = { order: 1_000, device: 1_000, firstDevice: 1_000, retry: 1_000, pushRetry: 20_000 };
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1, { limits });
        const { outcome } = await handle.result();
        expect(outcome).toBe('failed');
        const { rows } = await lab.db.pool.query(
          `select distinct state, code, words from waybell.express_pushes where workflow_id = $1`,
          [handle.workflowId],
        );
        expect(rows).toEqual([
          {
            state: 'failed',
            code: 'gave_up',
            words: expect.stringMatching(/^pushes through unicloud are held \(credential\): /),
          },
        ]);
      },
      undefined,
      // The next look would come too late.
      { timers: { ...timers, heldLook: 120_000 } },
    );
  });

  test('does not hold a refusal that is about one message', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    lab.cloud.answer(parcel.cids[0] ?? '', refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () =>
        (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
      );
      await lab.terminate(handle.workflowId);
    });
    expect(await listHolds(lab.db.pool)).toEqual([]);
  });

  test('calls six phones of six gone: four are retired, two stay, and the delivery waits for a person', async () => {
    // Only the answers of this test count.
    await lab.db.pool.query(`update waybell.express_pushes set provider = 'another'`);
    const parcel = await lab.parcel({ user: 6, merchant: 0 });
    for (const cid of parcel.cids) lab.cloud.answer(cid, gone);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () =>
        (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
      );
      await lab.terminate(handle.workflowId);
    });
    const { rows } = await lab.db.pool.query(
      `select d.is_active, p.state, p.code, count(*)::int from waybell.express_pushes p
         join push_devices d on d.id::text = p.device_id where p.provider = 'unicloud' group by 1, 2, 3 order by 1`,
    );
    expect(rows).toEqual([
      { is_active: false, state: 'deactivated', code: 'invalid_cid', count: 4 },
      { is_active: true, state: 'failed', code: 'deactivation_held', count: 2 },
    ]);
  });

  test('a device whose provider is not switched on ends with that reason, on a queue that somebody polls', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    await lab.db.pool.query(`update push_devices set provider = 'fcm' where cid = $1`, [parcel.cids[0]]);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () =>
        (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
      );
      expect(await handle.query('progress')).toMatchObject({
        pushes: expect.arrayContaining([
          expect.objectContaining({ audience: 'user', state: 'failed', reason: 'provider_unknown' }),
          expect.objectContaining({ audience: 'merchant', state: 'accepted' }),
        ]),
      });
      await lab.terminate(handle.workflowId);
    });
  });
});
