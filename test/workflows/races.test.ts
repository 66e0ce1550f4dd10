import { describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createActivities } from '../../src/activities';
import { around } from '../setup/around-steps';
import { accepted, busy, starting } from '../setup/cloud-function';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { ALL_FAR, eventually, LAB_TIMERS, type Wrap, useLab } from '../setup/delivery-lab';

/** The same pool, where something happens before each connection is handed out; others that use it notice nothing. */
function poolThat(pool: pg.Pool, before: () => Promise<void>): pg.Pool {
  const connect = async (): Promise<pg.PoolClient> => {
    await before();
    return pool.connect();
  };
  return Object.assign(Object.create(pool) as pg.Pool, { connect });
}

// On a shop's own database, which is the stricter one; a delivery on each kind is in happy-path and attention.
describe('a delivery that races with the world', () => {
  const lab = useLab('seed');

  const waitsOf = async (workflowId: string): Promise<number | null> =>
    (await lab.db.pool.query('select from waybell.express_waits where workflow_id = $1', [workflowId]))
      .rowCount;
  /** Not before its own step has ended, which looks once more after it has written the wait. */
  const waitsForOrder = (workflowId: string): Promise<unknown> =>
    eventually(async () => {
      const { typedSearchAttributes } = await lab.temporal.client.workflow.getHandle(workflowId).describe();
      return typedSearchAttributes.get(ATTENTION)?.includes('order-not-found');
    });
  const sweep = ({ trackingNo }: { trackingNo: string }): Promise<unknown> =>
    lab.temporal.client.workflow.execute('SweepWaits', {
      taskQueue: lab.temporal.taskQueue,
      workflowId: `sweep-${trackingNo}`,
    });

  test('loses no device that registers between the look and the wait', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    let cid = '';
    const between = around((name, step) => async (...args) => {
      const result = await step(...args);
      // After the look found nobody, before the wait is written: nobody is there yet to be woken.
      if (name === 'findDevices' && cid === '')
        cid = await lab.registerDevice({ merchantId: parcel.merchantId });
      return result;
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, between);
    expect(lab.cloud.countFor(cid)).toBe(1);
  });

  test('loses no order that plain SQL links between the look and the wait, nor one linked later', async () => {
    const early = await lab.parcel({}, false);
    const late = await lab.parcel({}, false);
    const { deps } = lab;
    let linked = false;
    const linkBeforeWait: Wrap = (activities) => ({
      ...activities,
      resolveRecipients: (input) => {
        if (linked || !input.workflowId.includes(early.trackingNo))
          return activities.resolveRecipients(input);
        // The third transaction of the step writes the wait: the link is committed right before it.
        let transactions = 0;
        const pool = poolThat(deps.pool, async () => {
          transactions += 1;
          if (transactions === 3) {
            linked = true;
            await lab.linkOrder(early);
          }
        });
        return createActivities({ ...deps, pool }).resolveRecipients(input);
      },
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(early, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(linked).toBe(true);

      const waiting = await lab.start(late, 'delivered', 1);
      await eventually(async () => (await waitsOf(waiting.workflowId)) === 1);
      await lab.linkOrder(late);
      // Nobody signals after plain SQL: the sweep finds it.
      await sweep(late);
      expect(await waiting.result()).toMatchObject({ outcome: 'success' });
    }, linkBeforeWait);
  });

  test('leaves no row open for ever when an operator terminates it', async () => {
    const parcel = await lab.parcel({}, false);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsForOrder(handle.workflowId);
      await lab.terminate(handle.workflowId);
      await lab.linkOrder(parcel);
      await sweep(parcel);
      const { rows } = await lab.db.pool.query(
        `select u.state, u.outcome, u.reason, (select count(*)::int from waybell.express_waits w
           where w.workflow_id = u.workflow_id) as waits
           from waybell.express_updates u where workflow_id = $1`,
        [handle.workflowId],
      );
      expect(rows).toEqual([{ state: 'closed', outcome: 'failed', reason: 'ended-outside', waits: 0 }]);
    });
  });

  test('nor when the time of what it waited for is over before that comes', async () => {
    const parcel = await lab.parcel({}, false);
    await lab.withWorker(async () => {
      const { workflowId } = await lab.start(parcel, 'delivered', 1);
      await waitsForOrder(workflowId);
      await lab.terminate(workflowId);
      await lab.db.pool.query(
        `update waybell.express_waits set deadline = now() - interval '1 hour' where workflow_id = $1`,
        [workflowId],
      );
      await sweep(parcel);
      expect(await waitsOf(workflowId)).toBe(0);
      const { rows } = await lab.db.pool.query(
        `select state, reason from waybell.express_updates where workflow_id = $1`,
        [workflowId],
      );
      expect(rows).toEqual([{ state: 'closed', reason: 'ended-outside' }]);
    });
  });

  test('nor when it waited for nothing at that moment: its order had just come', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const atWork = await lab.parcel({ user: 1, merchant: 1 });
    lab.cloud.answer(atWork.cids[0] ?? '', busy);
    let terminated = false;
    const terminating: Wrap = ({ upsertNotifications, ...others }) => ({
      ...others,
      async upsertNotifications(input) {
        if (input.trackingNo === parcel.trackingNo && !terminated) {
          terminated = true;
          await lab.terminate(input.workflowId);
        }
        return upsertNotifications(input);
      },
    });
    const stateOf = async ({ workflowId }: { workflowId: string }): Promise<unknown> => {
      const { rows } = await lab.db.pool.query(
        `select state, outcome, reason from waybell.express_updates where workflow_id = $1`,
        [workflowId],
      );
      return rows[0];
    };
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        const living = await lab.start(atWork, 'delivered', 1);
        await expect(handle.result()).rejects.toThrow();
        await eventually(() => Promise.resolve(lab.cloud.countFor(atWork.cids[0] ?? '') > 0));
        expect(await waitsOf(handle.workflowId)).toBe(0);
        await sweep(parcel);
        // It might just have begun.
        expect(await stateOf(handle)).toMatchObject({ state: 'open' });
        await lab.db.pool.query(
          `update waybell.express_updates set created_at = now() - interval '11 minutes' where workflow_id = any ($1)`,
          [[handle.workflowId, living.workflowId]],
        );
        await sweep(atWork);
        expect(await stateOf(handle)).toEqual({
          state: 'closed',
          outcome: 'failed',
          reason: 'ended-outside',
        });
        expect(await stateOf(living)).toMatchObject({ state: 'open' });

        const again = await lab.deps.deliveries.retry(handle.workflowId, { operator: 'ann' }, 'again');
        expect(again).toMatchObject({ kind: 'restarted' });
        await eventually(() => Promise.resolve(parcel.cids.every((cid) => lab.cloud.countFor(cid) === 1)));
        await lab.terminate(living.workflowId);
      },
      terminating,
      // A push near would end in the task that does not know of its end yet.
      ALL_FAR,
    );
  });

  test('keeps the outcome that it came to just before the sweep found no workflow of it', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 }, false);
    const wake: typeof lab.deps.wake = async ({ workflowId }) => {
      const handle = lab.temporal.client.workflow.getHandle(workflowId);
      await handle.signal('orderLinked');
      await handle.result();
      return 'gone';
    };
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        await waitsForOrder(handle.workflowId);
        await lab.linkOrder(parcel);
        await sweep(parcel);
        const { rows } = await lab.db.pool.query(
          `select state, outcome, reason from waybell.express_updates where workflow_id = $1`,
          [handle.workflowId],
        );
        expect(rows).toEqual([
          {
            state: 'closed',
            outcome: 'success',
            reason: 'by-audience',
          },
        ]);
      },
      undefined,
      { wake },
    );
  });

  test('starts no push after a newer status is committed', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [cid = ''] = parcel.cids;
    let newer: Promise<unknown> | undefined;
    const overtaken = around((name, step) => async (...args) => {
      if (name === 'pushToDevice' && newer === undefined) {
        newer = Promise.resolve();
        const { workflowId } = await lab.start(parcel, 'delivered', 2);
        await eventually(
          async () =>
            (
              await lab.db.pool.query(`select from waybell.express_updates where workflow_id = $1`, [
                workflowId,
              ])
            ).rowCount === 1,
        );
      }
      return step(...args);
    });
    await lab.withWorker(async () => {
      const older = await lab.start(parcel, 'out_for_delivery', 1);
      expect(await older.result()).toMatchObject({ outcome: 'superseded' });
    }, overtaken);
    const pushed = lab.cloud.requests.filter(({ push_clientid }) => push_clientid === cid);
    expect(pushed.map(({ payload }) => payload.notificationId.split(':')[2])).toEqual(
      pushed.map(() => 'delivered'),
    );
  });

  test('never repeats a push that was accepted, also when its result could not be written', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const { deps } = lab;
    const breaking: Wrap = (activities) => ({
      ...activities,
      pushToDevice: (input) => {
        // The claim may use the database; after it, while the provider answers, the database goes away.
        let transactions = 0;
        const pool = poolThat(deps.pool, () => {
          transactions += 1;
          return transactions === 1 ? Promise.resolve() : Promise.reject(new Error('the database is away'));
        });
        return createActivities({ ...deps, pool }).pushToDevice(input);
      },
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, breaking);
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
    const { rows } = await lab.db.pool.query(
      `select state from waybell.express_pushes where cid = any ($1)`,
      [parcel.cids],
    );
    expect(rows).toEqual([{ state: 'accepted' }, { state: 'accepted' }]);
  });

  test.each([
    ['a new request id after a definite rejection', starting, 2],
    ['the same request id after an unclear end', busy, 1],
  ])('sends %s, also when its result could not be written', async (_, answer, ids) => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, answer, accepted(cid));
    // Once the phone was asked for the first time, the database goes away until that try has ended.
    let isLost = false;
    const pool = poolThat(lab.deps.pool, () => {
      if (isLost || lab.cloud.countFor(cid) === 0) return Promise.resolve();
      isLost = true;
      return Promise.reject(new Error('the database is away'));
    });
    const timers = { ...LAB_TIMERS, retryScale: 1 / 60 };
    const { pushToDevice } = createActivities({ ...lab.deps, pool, timers });
    const breaking: Wrap = (activities) => ({
      ...activities,
      pushToDevice: (input) =>
        input.device.audience === 'user' ? pushToDevice(input) : activities.pushToDevice(input),
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, breaking);
    const sent = lab.cloud.requests.filter(({ push_clientid }) => push_clientid === cid);
    expect([isLost, sent.length]).toEqual([true, 2]);
    expect(new Set(sent.map(({ request_id }) => request_id)).size).toBe(ids);
  });

  test('shows what it waits for while the database is away, and goes on when it is back', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    let away = true;
    const outage = around(
      (_name, step) =>
        (...args) =>
          away ? Promise.reject(new Error('connect ECONNREFUSED')) : step(...args),
    );
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const pending = await eventually(async () => {
        const activity = (await handle.describe()).raw.pendingActivities?.[0];
        return activity?.lastFailure ? activity : null;
      });
      expect(pending.activityType?.name).toBe('persistWaybill');
      expect(pending.lastFailure?.message).toBe('connect ECONNREFUSED');
      expect(await handle.query('__temporal_workflow_metadata')).toMatchObject({
        currentDetails: `Waiting for the database: **persist waybill ${parcel.trackingNo}**. See the pending activity for the last failure.`,
      });
      away = false;
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, outage);
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
  });
});
