import { describe, expect, test } from '@jest/globals';
import { accepted, busy, gone, refused } from '../setup/cloud-function';
import { ALL_FAR, eventually, LIMITS, type DeliveryHandle, useLab } from '../setup/delivery-lab';
import { DATABASE_KINDS } from '../setup/run-info';
import { PUSH_TIMERS } from '../../src/activities/deps';
import { listWaitingDeliveries } from '../../src/database/attention';
import { ATTENTION } from '../../src/workflows/search-attributes';

describe.each(DATABASE_KINDS)('a delivery that lacks something (%s database)', (database) => {
  const lab = useLab(database);

  const attentionOf = async (handle: DeliveryHandle): Promise<string[] | undefined> =>
    (await handle.describe()).typedSearchAttributes.get(ATTENTION);
  const waitsFor = (handle: DeliveryHandle, ...needs: string[]): Promise<boolean> =>
    eventually(async () => String((await attentionOf(handle))?.sort()) === String(needs.sort()));
  /** What the timers of a delivery say in its list of events. */
  const timersOf = async (handle: DeliveryHandle): Promise<(string | undefined)[]> => {
    const { events } = await handle.fetchHistory();
    return (events ?? [])
      .filter(({ timerStartedEventAttributes: timer }) => timer)
      .map(({ userMetadata }) => userMetadata?.summary?.data?.toString());
  };
  const details = async (handle: DeliveryHandle): Promise<string> =>
    (await handle.query<{ currentDetails: string }, []>('__temporal_workflow_metadata')).currentDetails;

  test('waits for its order, says so, and goes on when it is linked', async () => {
    const parcel = await lab.parcel({}, false);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'picked_up', 1);
      await waitsFor(handle, 'order-not-found');
      expect(await details(handle)).toMatch(
        new RegExp(
          `^\\*\\*yto ${parcel.trackingNo}\\*\\* is \\*\\*picked_up\\*\\*: waiting for an order until 20..-..-..T`,
        ),
      );
      expect(await timersOf(handle)).toEqual([
        expect.stringMatching(/^"waiting for an order until 20..-..-..T\S+"$/),
      ]);
      expect(lab.cloud.countFor(parcel.cids[0] ?? '')).toBe(0);
      await lab.linkOrder(parcel);
      await handle.signal('orderLinked');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(await attentionOf(handle)).toBeUndefined();
    });
    const { rows } = await lab.db.pool.query(`select from waybell.express_waits`);
    expect(rows).toEqual([]);
  });

  test('pushes to the buyer at once and waits for a device of the merchant', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'picked_up', 1);
      await waitsFor(handle, 'no-targets');
      expect(await timersOf(handle)).toEqual([
        expect.stringMatching(/^"waiting until 20..-..-..T\S+: no-targets"$/),
      ]);
      expect(lab.cloud.countFor(parcel.cids[0] ?? '')).toBe(1);
      const cid = await lab.registerDevice({ merchantId: parcel.merchantId });
      await handle.signal('deviceRegistered');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(lab.cloud.countFor(cid)).toBe(1);
    });
    expect(lab.cloud.countFor(parcel.cids[0] ?? '')).toBe(1);
  });

  /** Pushes that are to be tried later are tried soon. */
  const withImpatientWorker = (work: () => Promise<void>): Promise<void> =>
    lab.withWorker(work, undefined, { timers: { ...PUSH_TIMERS, retryScale: 1 / 60 } });
  /** What people are told that a delivery waits for. */
  const listed = async ({ workflowId }: DeliveryHandle): Promise<unknown[]> => {
    const waiting = await listWaitingDeliveries(lab.db.pool, { limit: 200 });
    return waiting
      .filter((one) => one.workflowId === workflowId)
      .map(({ kind, audience, dueSince }) => [kind, audience, dueSince]);
  };

  test('waits for nothing but its pushes once the order is there, however long they take', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 }, false);
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, busy);
    await withImpatientWorker(async () => {
      const handle = await lab.start(parcel, 'picked_up', 1);
      await waitsFor(handle, 'order-not-found');
      expect(await listed(handle)).toEqual([['order-not-found', '', null]]);
      await lab.linkOrder(parcel);
      await handle.signal('orderLinked');
      await eventually(() => Promise.resolve(lab.cloud.countFor(cid) > 0));
      expect(await listed(handle)).toEqual([['under-way', '', null]]);
      lab.cloud.answer(cid, accepted(cid));
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });

  test('waits no longer for a device that it pushes to, and still for the other one', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 0 });
    const [cid, other] = [`${parcel.trackingNo}-user`, `${parcel.trackingNo}-merchant`];
    lab.cloud.answer(cid, busy);
    await withImpatientWorker(async () => {
      const handle = await lab.start(parcel, 'picked_up', 1);
      await waitsFor(handle, 'no-targets');
      expect(await listed(handle)).toHaveLength(2);
      await lab.registerDevice({ userId: parcel.userId }, cid);
      await handle.signal('deviceRegistered');
      await eventually(() => Promise.resolve(lab.cloud.countFor(cid) > 0));
      expect(await listed(handle)).toEqual([['no-targets', 'merchant', null]]);

      await lab.registerDevice({ merchantId: parcel.merchantId }, other);
      await handle.signal('deviceRegistered');
      lab.cloud.answer(cid, gone);
      await eventually(() => Promise.resolve(lab.cloud.countFor(other) > 0));
      await eventually(async () => String(await listed(handle)) === 'no-targets,user,');
      lab.cloud.answer(cid, accepted(cid));
      await lab.registerDevice({ userId: parcel.userId }, cid);
      await handle.signal('deviceRegistered');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });

  test('is healed by a retry signal without input, and reached devices are not pushed again', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    const [good = '', bad = ''] = parcel.cids;
    lab.cloud.answer(bad, refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'push-failed');
      expect(await details(handle)).toContain(
        `| …${bad.slice(-4)} | user | failed | bad_payload: uni-cloud-push-error-20001 title size over limit |`,
      );
      lab.cloud.answer(bad);
      await handle.signal('retry');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
    expect([lab.cloud.countFor(good), lab.cloud.countFor(bad)]).toEqual([1, 2]);
    const ids = lab.cloud.requests.filter((r) => r.push_clientid === bad).map((r) => r.request_id);
    expect(new Set(ids).size).toBe(2);
  });

  test('retries by update: refused with a reason while there is nothing to retry, accepted when there is', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [bad = ''] = parcel.cids;
    lab.cloud.answer(bad, refused);
    await lab.withWorker(
      async () => {
        const release = lab.cloud.hold();
        const handle = await lab.start(parcel, 'delivered', 1);
        await eventually(() => Promise.resolve(lab.cloud.countFor(bad) === 1));
        await expect(handle.executeUpdate('retryNow')).rejects.toMatchObject({
          cause: { message: 'nothing to retry: the delivery is pushing to 1 devices by itself' },
        });
        release();
        await waitsFor(handle, 'no-targets', 'push-failed');
        lab.cloud.answer(bad);
        expect(
          await handle.executeUpdate('retryNow', { args: [{ operator: 'li', reason: 'function mended' }] }),
        ).toBe('The retry has begun.');
        await waitsFor(handle, 'no-targets');
        expect(await details(handle)).toContain('Retry 1 asked by li: function mended');
        expect(await handle.query('progress')).toMatchObject({ round: 2, retry: { operator: 'li' } });
        await lab.terminate(handle.workflowId);
      },
      undefined,
      ALL_FAR,
    );
    expect(lab.cloud.countFor(bad)).toBe(2);
  });

  test('keeps trying by itself what a provider asks to try later, with the same request id while the end is unclear', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, busy, { body: { errCode: 0, data: { t: { [cid]: 'successed_offline' } } } });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      expect(lab.cloud.countFor(cid)).toBe(2);
      await lab.terminate(handle.workflowId);
    });
    expect(
      new Set(lab.cloud.requests.filter((r) => r.push_clientid === cid).map((r) => r.request_id)).size,
    ).toBe(1);
  });

  test('retires a device that its provider declares gone, and takes it back when it registers again', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, gone);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      const { rows } = await lab.db.pool.query(
        `select is_active, inactive_reason from push_devices where cid = $1`,
        [cid],
      );
      expect(rows).toEqual([{ is_active: false, inactive_reason: 'invalid_cid' }]);
      lab.cloud.answer(cid);
      await lab.registerDevice({ userId: parcel.userId }, cid);
      await handle.signal('deviceRegistered');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });

  test('ends with a reason when nothing comes in time', async () => {
    const limits = { ...LIMITS, order: 200, device: 200, firstDevice: 200, retry: 200 };
    const orphan = await lab.parcel({}, false);
    const deviceless = await lab.parcel({ user: 0, merchant: 0 });
    const failing = await lab.parcel({ user: 1, merchant: 1 });
    lab.cloud.answer(failing.cids[0] ?? '', refused);
    await lab.withWorker(async () => {
      const handles = await Promise.all(
        [orphan, deviceless, failing].map((parcel) => lab.start(parcel, 'delivered', 1, { limits })),
      );
      expect(await Promise.all(handles.map((handle) => handle.result()))).toMatchObject([
        { outcome: 'no-targets', reason: 'no-order' },
        { outcome: 'no-targets', reason: 'by-audience' },
        { outcome: 'partial', reason: 'by-audience' },
      ]);
    });
    const open = await lab.db.pool.query(
      `select from waybell.express_updates where state = 'open' and waybill_id in
        (select id::text from platform_express_waybills where tracking_no = any ($1))`,
      [[orphan, deviceless, failing].map(({ trackingNo }) => trackingNo)],
    );
    expect(open.rows).toEqual([]);
  });

  test('ends as superseded when a newer status is committed, and starts no push after that', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [bad = ''] = parcel.cids;
    lab.cloud.answer(bad, refused);
    await lab.withWorker(async () => {
      const older = await lab.start(parcel, 'in_transit', 1);
      await waitsFor(older, 'no-targets', 'push-failed');
      const newer = await lab.start(parcel, 'out_for_delivery', 2);
      expect(await older.result()).toMatchObject({ outcome: 'superseded' });
      await waitsFor(newer, 'no-targets', 'push-failed');
      expect(lab.cloud.countFor(bad)).toBe(2);
      await lab.terminate(newer.workflowId);
    });
  });

  test('is closed in the database when an operator cancels it', async () => {
    const parcel = await lab.parcel({}, false);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'order-not-found');
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('Workflow execution cancelled');
      const { rows } = await lab.db.pool.query(
        `select state, outcome, reason from waybell.express_updates where workflow_id = $1`,
        [handle.workflowId],
      );
      expect(rows).toEqual([{ state: 'closed', outcome: 'failed', reason: 'cancelled' }]);
      expect(await attentionOf(handle)).toBeUndefined();
    });
  });
});
