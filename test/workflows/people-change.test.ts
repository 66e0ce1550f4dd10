import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { wakeWaits } from '../../src/deliveries/wake';
import { ATTENTION, MERCHANT_ID, ORDER_ID, USER_ID } from '../../src/workflows/search-attributes';
import { around } from '../setup/around-steps';
import { accepted, busy, gone, refused } from '../setup/cloud-function';
import { eventually, LIMITS, shipmentUpdate, type DeliveryHandle, useLab } from '../setup/delivery-lab';

interface Row {
  readonly recipient_id: string;
  readonly message_id: string;
  readonly send_status: string;
  readonly last_error: string | null;
}

// On a shop's own database, whose ids are uuids.
describe('people change while a delivery waits or pushes', () => {
  const lab = useLab('seed');

  const attentionOf = async (handle: DeliveryHandle): Promise<string[] | undefined> =>
    (await handle.describe()).typedSearchAttributes.get(ATTENTION);
  const waitsFor = (handle: DeliveryHandle, ...needs: string[]): Promise<boolean> =>
    eventually(async () => String((await attentionOf(handle))?.sort()) === String(needs.sort()));
  const sweep = (): Promise<unknown> =>
    lab.temporal.client.workflow.execute('SweepWaits', {
      taskQueue: lab.temporal.taskQueue,
      workflowId: `sweep-${randomUUID()}`,
    });
  const rowsOf = async ({ workflowId }: { workflowId: string }, aud = 'user'): Promise<Row[]> => {
    const { rows } = await lab.db.pool.query<Row>(
      `select recipient_id::text, message_id, send_status, last_error from express_notifications
        where workflow_id = $1 and aud = $2 order by message_id`,
      [workflowId, aud],
    );
    return rows;
  };
  const giveTo = (orderId: string, userId: string): Promise<unknown> =>
    lab.db.pool.query(`update ml_orders set user_id = $2 where id = $1`, [orderId, userId]);
  const eventsOf = async (handle: DeliveryHandle): Promise<number> =>
    Number((await handle.describe()).historyLength);
  const registered = async (userId: string, cid?: string): Promise<string> => {
    const known = await lab.registerDevice({ userId }, cid);
    const { rows } = await lab.db.pool.query<{ id: string }>(
      `select id::text from push_devices where cid = $1`,
      [known],
    );
    const parts = { pool: lab.db.pool, temporal: lab.temporal.client, log: lab.deps.log };
    await wakeWaits(parts, {
      ...{ kind: 'device', audience: 'user', ownerId: userId },
      deviceId: rows[0]?.id ?? '',
    });
    return known;
  };

  test('tells the new owner of an order that is corrected while the delivery waits, and not the old one', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    const right = randomUUID();
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      const rightPhone = await lab.registerDevice({ userId: right });
      await giveTo(parcel.orderId, right);
      const wrongPhone = await lab.registerDevice({ userId: parcel.userId });
      // Plain SQL: the sweep sees that the order names somebody else.
      await sweep();
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect([lab.cloud.countFor(rightPhone), lab.cloud.countFor(wrongPhone)]).toEqual([1, 0]);
      const rows = await rowsOf(handle);
      expect(rows.map((row) => [row.recipient_id, row.send_status])).toEqual([[right, 'success']]);
      // The old id: nobody was told under it.
      expect(rows[0]?.message_id).toMatch(/:user$/);
    });
  });

  test('is found in Temporal under the person of today, and only a change costs an event', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    const [other, right] = [await lab.parcel({ user: 0, merchant: 0 }, false), randomUUID()];
    const shown = async (handle: DeliveryHandle): Promise<(string | undefined)[]> => {
      const { typedSearchAttributes } = await handle.describe();
      return [ORDER_ID, USER_ID, MERCHANT_ID].map((key) => typedSearchAttributes.get(key));
    };
    const follows = async (handle: DeliveryHandle): Promise<number> => {
      const { events } = await handle.fetchHistory();
      return (events ?? []).filter(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) =>
        Object.keys(upsert?.searchAttributes?.indexedFields ?? {}).includes('UserId'),
      ).length;
    };
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      await handle.signal('deviceRegistered');
      expect(await shown(handle)).toEqual([parcel.orderId, parcel.userId, parcel.merchantId]);
      await giveTo(parcel.orderId, right);
      await handle.signal('orderLinked');
      await eventually(async () => (await shown(handle))[1] === right);
      expect(await follows(handle)).toBe(2);
      await lab.linkOrder({ ...parcel, orderId: other.orderId });
      const phone = await lab.registerDevice({ userId: other.userId });
      const merchantPhone = await lab.registerDevice({ merchantId: other.merchantId });
      await handle.signal('orderLinked');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect([phone, merchantPhone].map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
      expect(await shown(handle)).toEqual([other.orderId, other.userId, other.merchantId]);
    });
  });

  test('follows the order that the shop links instead of a wrong one', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    const other = await lab.parcel({ user: 1, merchant: 1 }, false);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      const { rows } = await lab.db.pool.query<{ id: string }>(
        `update platform_express_waybills set order_id = $2 where tracking_no = $1 returning id::text`,
        [parcel.trackingNo, other.orderId],
      );
      const parts = { pool: lab.db.pool, temporal: lab.temporal.client, log: lab.deps.log };
      await wakeWaits(parts, { kind: 'order', waybillId: rows[0]?.id ?? '' });
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(other.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
    });
  });

  test('writes a message of its own for the new owner once the old one was told, and a retry reaches them', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    const [told = '', refuses = ''] = parcel.cids;
    lab.cloud.answer(refuses, refused);
    const next = randomUUID();
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'push-failed');
      const phone = await lab.registerDevice({ userId: next });
      await giveTo(parcel.orderId, next);
      await handle.signal('retry', {});
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect([told, refuses, phone].map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1, 1]);
      const rows = await rowsOf(handle);
      expect(rows.map((row) => [row.recipient_id, row.send_status])).toEqual([
        [parcel.userId, 'partial'],
        [next, 'success'],
      ]);
      expect(rows[1]?.message_id).toBe(`${rows[0]?.message_id}:2`);
      expect(await eventsOf(handle)).toBeLessThan(80);
    });
  });

  test('never pushes to who no longer owns the order, also between find and claim', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const next = randomUUID();
    const phone = await lab.registerDevice({ userId: next });
    const between = around((name, step) => async (...args) => {
      if (name === 'pushToDevice') await giveTo(parcel.orderId, next);
      return step(...args);
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(() => Promise.resolve(lab.cloud.countFor(phone) === 1));
      expect(lab.cloud.countFor(parcel.cids[0] ?? '')).toBe(0);
      await lab.terminate(handle.workflowId);
    }, between);
  });

  test('tells a phone that moves with its order to the new owner only once', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    const [phone = '', refuses = ''] = parcel.cids;
    lab.cloud.answer(refuses, refused);
    const next = randomUUID();
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'push-failed');
      await giveTo(parcel.orderId, next);
      await lab.registerDevice({ userId: next }, phone);
      await handle.signal('retry', {});
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(lab.cloud.countFor(phone)).toBe(1);
    });
  });

  test('ends for an audience that the order does not name any more, in words that are true', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 0 });
    await lab.db.pool.query(`alter table ml_orders alter column merchant_id drop not null`);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      await lab.db.pool.query(`update ml_orders set merchant_id = null where id = $1`, [parcel.orderId]);
      const phone = await registered(parcel.userId);
      expect(await handle.result()).toMatchObject({ outcome: 'partial' });
      expect(lab.cloud.countFor(phone)).toBe(1);
      expect(await rowsOf(handle, 'merchant')).toMatchObject([
        { send_status: 'superseded', last_error: 'recipient-gone' },
      ]);
    });
  });

  test('ends without another try when the shop deletes the notification', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      await lab.db.pool.query(`delete from express_notifications where workflow_id = $1 and aud = 'user'`, [
        handle.workflowId,
      ]);
      const phone = await registered(parcel.userId);
      expect(await handle.result()).toMatchObject({ outcome: 'partial', reason: 'notification-deleted' });
      expect(lab.cloud.countFor(phone)).toBe(0);
      expect(await rowsOf(handle)).toEqual([]);
    });
  });

  test('tells a new phone of an owner whose only device failed, without a person', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [old = ''] = parcel.cids;
    lab.cloud.answer(old, refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'push-failed');
      const first = await registered(parcel.userId);
      await eventually(() => Promise.resolve(lab.cloud.countFor(first) === 1));
      // By plain SQL the sweep finds it; a phone that failed wakes nobody.
      const second = await lab.registerDevice({ userId: parcel.userId });
      await eventually(async () => {
        await lab.db.pool.query(`update waybell.express_waits set woken_at = null where workflow_id = $1`, [
          handle.workflowId,
        ]);
        await sweep();
        return lab.cloud.countFor(second) === 1;
      });
      expect(lab.cloud.countFor(old)).toBe(1);
      lab.cloud.answer(old, accepted(old));
      await handle.signal('retry', {});
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });

  test('closes its notifications when it is cancelled, and the same webhook starts it again', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, busy);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(() => Promise.resolve(lab.cloud.countFor(cid) > 0));
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(await rowsOf(handle)).toMatchObject([{ send_status: 'failed', last_error: 'cancelled' }]);
      lab.cloud.answer(cid, accepted(cid));
      const again = await lab.start(parcel, 'delivered', 1);
      expect(await again.result()).toMatchObject({ outcome: 'success' });
      expect(await rowsOf(handle)).toMatchObject([{ send_status: 'success', last_error: null }]);
    });
  });

  test('pushes at a retry after a reset', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets', 'push-failed');
      for (const count of [2, 3]) {
        await handle.signal('retry', {});
        await eventually(() => Promise.resolve(lab.cloud.countFor(cid) === count));
      }
      const { client, namespace } = lab.temporal;
      const { runId } = await handle.describe();
      await client.workflowService.resetWorkflowExecution({
        namespace,
        workflowExecution: { workflowId: handle.workflowId, runId },
        // The first task's end, in the whole number of the protocol.
        workflowTaskFinishEventId: 4 as never,
        requestId: randomUUID(),
      });
      const current = client.workflow.getHandle(handle.workflowId);
      await sleep(2_000);
      lab.cloud.answer(cid, accepted(cid));
      await current.signal('retry', {});
      await eventually(() => Promise.resolve(lab.cloud.countFor(cid) === 4));
      await lab.terminate(handle.workflowId);
    });
  });

  test('waits instead of looking again when only other devices than the named ones are there', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    const [first = '', second = ''] = parcel.cids;
    lab.cloud.answer(first, gone);
    lab.cloud.answer(second, gone);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      await lab.registerDevice({ userId: parcel.userId }, second);
      await handle.signal('retry', { devices: [first] });
      await sleep(3_000);
      expect(await eventsOf(handle)).toBeLessThan(80);
      lab.cloud.answer(second, accepted(second));
      await registered(parcel.userId, second);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });

  test('ends a page of nothing but devices that have moved', async () => {
    const parcel = await lab.parcel({ user: 120, merchant: 1 });
    const disagreeing = around((name, step) => async (...args) => {
      // As where a phone moves between find and claim.
      if (name !== 'pushToDevice') return step(...args);
      const [{ device }] = args as [{ device: { audience: string } }];
      return device.audience === 'user'
        ? { ...device, state: 'moved', reason: 'not_the_owner', words: '' }
        : step(...args);
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      const list = lab.temporal.client.workflow.list({ query: `WorkflowId = '${handle.workflowId}'` });
      let runs = 0;
      for await (const { status } of list) runs += status.name === 'UNSPECIFIED' ? 0 : 1;
      expect(runs).toBeLessThan(6);
      await lab.terminate(handle.workflowId);
    }, disagreeing);
  });

  test('fails at its only try, and says why, where the shop’s table cannot hold a value', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    await lab.db.pool.query(`alter table platform_express_waybills alter column carrier type varchar(8)`);
    const update = {
      ...shipmentUpdate(`${parcel.trackingNo}X`, [['delivered', 1]]),
      carrier: 'carrier-of-33',
    };
    let tries = 0;
    const counting = around((name, step) => (...args) => {
      if (name === 'persistWaybill') tries += 1;
      return step(...args);
    });
    await lab.withWorker(async () => {
      const { client, taskQueue } = lab.temporal;
      const handle = await client.workflow.start('DeliveryNotification', {
        taskQueue,
        workflowId: deliveryWorkflowId(update),
        args: [{ update, limits: LIMITS }],
      });
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'DataRefused' } });
    }, counting);
    expect(tries).toBe(1);
  });
});
