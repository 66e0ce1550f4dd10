import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createActivities, type Activities } from '../../src/activities';
import { PUSH_TIMERS } from '../../src/activities/deps';
import { insertErasure } from '../../src/database/erasures';
import { openHold } from '../../src/database/held';
import { inTransaction } from '../../src/database/pool';
import { erasureWorkflowId } from '../../src/deliveries/erasure';
import { ERASE_WORKFLOW } from '../../src/workflows/contract';
import { progressQuery, retryNowUpdate, retrySignal } from '../../src/workflows/messages';
import { around } from '../setup/around-steps';
import { eventually, type DeliveryHandle, type Parcel, useLab } from '../setup/delivery-lab';
import { pushesIn } from '../setup/push-ways';

const lab = useLab();

const requested = (cids: readonly string[]): number[] => cids.map((cid) => lab.cloud.countFor(cid));
const isAsked = (cid: string): Promise<boolean> =>
  eventually(() => Promise.resolve(lab.cloud.countFor(cid) > 0));
const isAccepted = (cid: string): Promise<boolean> =>
  eventually(async () => {
    const { rowCount } = await lab.db.pool.query(
      `select from waybell.express_pushes where state = 'accepted' and cid = $1`,
      [cid],
    );
    return rowCount === 1;
  });

/** One phone has accepted, the other is being asked, and so the workflow task is open. */
type InTheMiddle = Parcel & { readonly cids: string[]; readonly handle: DeliveryHandle };

async function inTheMiddle(): Promise<InTheMiddle & { readonly release: () => void }> {
  const parcel = await lab.parcel({ user: 2, merchant: 0 });
  await lab.registerDevice({ merchantId: parcel.merchantId }).then((cid) => parcel.cids.push(cid));
  const [accepted = '', asked = ''] = parcel.cids;
  const release = lab.cloud.hold(asked);
  const handle = await lab.start(parcel, 'delivered', 1);
  await isAccepted(accepted);
  await isAsked(asked);
  return { ...parcel, handle, release };
}

describe('what comes while one push of a task is accepted and another under way rings nobody twice:', () => {
  afterEach(() => lab.db.pool.query('delete from waybell.push_circuits'));
  const wake = ({ handle }: InTheMiddle): Promise<void> => handle.signal('deviceRegistered');

  test.each<[what: string, comes: (delivery: InTheMiddle) => Promise<unknown>]>([
    ['a retry', ({ handle }) => handle.signal(retrySignal, { operator: 'ann' })],
    [
      'a phone more',
      async (delivery) => {
        delivery.cids.push(await lab.registerDevice({ userId: delivery.userId }));
        await wake(delivery);
      },
    ],
    [
      'the phone that has accepted, of somebody else now',
      async (delivery) => {
        await lab.registerDevice({ userId: 'u-somebody-else' }, delivery.cids[0]);
        await wake(delivery);
      },
    ],
    [
      'a registration of the same phone',
      async (delivery) => {
        await lab.registerDevice({ userId: delivery.userId }, delivery.cids[0]);
        await wake(delivery);
      },
    ],
    [
      'a hold of its provider',
      async (delivery) => {
        const hold = { cause: 'credential', words: 'our keys are refused', probed: true } as const;
        await inTransaction(lab.db.pool, (db) => openHold(db, 'unicloud', hold));
        await wake(delivery);
      },
    ],
    [
      'a newer status',
      async ({ trackingNo, handle, ...parcel }) => {
        await lab.start({ trackingNo, ...parcel }, 'returning', 2);
        await eventually(async () => (await handle.describe()).historyLength > 0);
      },
    ],
    [
      'a number that the shop corrects',
      async (delivery) => {
        await lab.db.pool.query(
          `update platform_express_waybills set tracking_no = $2 where tracking_no = $1`,
          [delivery.trackingNo, `YT${randomBytes(4).toString('hex').toUpperCase()}`],
        );
        await wake(delivery);
      },
    ],
    [
      'an order that names another buyer',
      async (delivery) => {
        delivery.cids.push(await lab.registerDevice({ userId: 'u-another' }));
        await lab.db.pool.query(`update ml_orders set user_id = 'u-another' where id = $1`, [
          delivery.orderId,
        ]);
        await wake(delivery);
      },
    ],
    [
      'an erasure of its buyer',
      async ({ userId }) => {
        const id = await inTransaction(lab.db.pool, (db) =>
          insertErasure(db, { kind: 'user', id: userId }, 'desk'),
        );
        await lab.temporal.client.workflow.start(ERASE_WORKFLOW, {
          ...{ workflowId: erasureWorkflowId(id), taskQueue: lab.temporal.taskQueue },
          args: [{ erasureId: id, pauseMs: 500 }],
        });
      },
    ],
  ])('%s', async (_, comes) => {
    await lab.withWorker(async () => {
      const delivery = await inTheMiddle();
      await comes(delivery);
      delivery.release();
      // An erasure takes it away.
      await Promise.allSettled([delivery.handle.result()]);
      const ids = lab.cloud.requests
        .filter(({ push_clientid: cid }) => delivery.cids.includes(cid))
        .map(({ request_id }) => request_id);
      expect(ids.length).toBe(new Set(ids).size);
    });
  });

  test('a question and an update are answered when the push has ended, and not by another push', async () => {
    await lab.withWorker(async () => {
      const { handle, cids, release } = await inTheMiddle();
      const answers = Promise.allSettled([
        handle.query(progressQuery),
        handle.executeUpdate(retryNowUpdate.name),
      ]);
      release();
      await answers;
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(requested(cids)).toEqual([1, 1, 1]);
    });
  });
});

describe('a workflow task with near pushes', () => {
  test('is let end by a worker that shuts down for a rolling update; the next one has nothing to do again', async () => {
    const { handle, cids, release } = await lab.withWorker(
      async () => {
        const delivery = await inTheMiddle();
        setTimeout(delivery.release, 1_000);
        return delivery;
      },
      undefined,
      { timers: PUSH_TIMERS },
    );
    release();
    const { near, far } = await pushesIn(handle);
    expect([near, far]).toEqual([3, 0]);
    await lab.withWorker(async () => {
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
    expect(requested(cids)).toEqual([1, 1, 1]);
  });

  test('that fails after its pushes is done again, and pushes to nobody twice', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    let outcomes = 0;
    const failing = around((name, step) => async (...args) => {
      const result = await step(...args);
      // What the workflow cannot read fails its task, and not the workflow.
      return name === 'recordOutcome' && (outcomes += 1) === 1 ? undefined : result;
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, failing);
    expect(outcomes).toBe(2);
    expect(requested(parcel.cids)).toEqual([1, 1, 1]);
  });

  test('is kept alive while it lasts longer than Temporal waits for one, in a worker that keeps one workflow', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const slow = around((name, step) => async (...args) => {
      if (name === 'findDevices') await sleep(1_500);
      const result = await step(...args);
      if (name === 'pushToDevice' && activityInfo().isLocal) await sleep(9_000);
      return result;
    });
    const handle = await withRoomForOne(slow(createActivities(lab.deps)), async () => {
      const begun = await lab.start(parcel, 'delivered', 1);
      expect(await begun.result()).toMatchObject({ outcome: 'success' });
      return begun;
    });
    expect(requested(parcel.cids)).toEqual([1, 1]);
    expect(await pushesIn(handle)).toEqual({ near: 2, far: 0 });
  });

  test('is made once in a worker that keeps one workflow, and replays the others', async () => {
    const parcels = await Promise.all(Array.from({ length: 4 }, () => lab.parcel({ user: 1, merchant: 0 })));
    const first = parcels.flatMap(({ cids }) => cids);
    await withRoomForOne(createActivities(lab.deps), async () => {
      const handles = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
      for (const cid of first) await isAccepted(cid);
      const later = await Promise.all(parcels.map(({ merchantId }) => lab.registerDevice({ merchantId })));
      for (const handle of handles) await handle.signal('deviceRegistered');
      for (const handle of handles) expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(requested([...first, ...later]).every((count) => count === 1)).toBe(true);
    });
  });

  test('is of one of several workers, whichever, and each phone rings once while signals come', async () => {
    const parcels = await Promise.all(Array.from({ length: 20 }, () => lab.parcel({ user: 1, merchant: 1 })));
    // As in a process of its own: the SDK takes one worker of a queue for each connection.
    const connection = await NativeConnection.connect({ address: lab.temporal.address });
    await lab.withWorker(
      () =>
        lab.withWorker(async () => {
          const handles = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
          await Promise.allSettled(handles.map((handle) => handle.signal('deviceRegistered')));
          for (const handle of handles) expect(await handle.result()).toMatchObject({ outcome: 'success' });
        }),
      undefined,
      { connection },
    );
    await connection.close();
    expect(requested(parcels.flatMap(({ cids }) => cids)).every((count) => count === 1)).toBe(true);
  });
});

/** Runs a worker with room for one workflow, while `work` runs. */
async function withRoomForOne<T>(activities: Activities, work: () => Promise<T>): Promise<T> {
  const { nativeConnection: connection, namespace, taskQueue, workflowBundle } = lab.temporal;
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue, workflowBundle, activities },
    maxCachedWorkflows: 1,
  });
  return worker.runUntil(work);
}
