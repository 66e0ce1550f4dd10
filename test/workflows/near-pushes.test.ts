import { activityInfo } from '@temporalio/activity';
import { expect, test } from '@jest/globals';
import type { PushProvider } from '../../src/push/provider';
import { createUniCloudProvider } from '../../src/push/unicloud/unicloud';
import { around } from '../setup/around-steps';
import { eventually, useLab } from '../setup/delivery-lab';
import { pushesIn } from '../setup/push-ways';

const lab = useLab();

/** The places of one provider, and more deliveries than a worker has workflow tasks. */
const PLACES = 12;
const HANGING = 45;

test('a provider that hangs holds few workflow tasks: others are pushed to, and the rest of its own waits far', async () => {
  let [underWay, most] = [0, 0];
  const counting = around((name, step) => async (...args) => {
    if (name !== 'pushToDevice' || !activityInfo().isLocal) return step(...args);
    most = Math.max(most, (underWay += 1));
    return step(...args).finally(() => (underWay -= 1));
  });
  const other: PushProvider = {
    name: 'fcm',
    send: () => Promise.resolve({ class: 'accepted', reason: 'accepted', words: '', definite: true }),
  };
  const providers = new Map([
    ['unicloud', createUniCloudProvider({ url: lab.cloud.url })],
    ['fcm', other],
  ]);
  const parcels = await Promise.all(
    Array.from({ length: HANGING }, () => lab.parcel({ user: 1, merchant: 0 })),
  );
  const reachable = await lab.parcel({ user: 1, merchant: 1 });
  await lab.db.pool.query(`update push_devices set provider = 'fcm' where cid = any ($1)`, [reachable.cids]);
  await lab.withWorker(
    async () => {
      const release = lab.cloud.hold();
      const hanging = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
      await eventually(() => Promise.resolve(most > 0));
      const handle = await lab.start(reachable, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      release();
      for (const { workflowId } of hanging) {
        await eventually(
          async () =>
            (
              await lab.db.pool.query(
                `select from waybell.express_pushes where workflow_id = $1 and state = 'accepted'`,
                [workflowId],
              )
            ).rowCount === 1,
        );
        await lab.terminate(workflowId);
      }
    },
    counting,
    { providers },
  );
  expect(most).toBeLessThanOrEqual(PLACES + reachable.cids.length);
}, 300_000);

test('what is to be tried again goes far after what the provider asks for, and shows why until then', async () => {
  const parcel = await lab.parcel({ user: 1, merchant: 1 });
  const [cid = ''] = parcel.cids;
  lab.cloud.answer(
    cid,
    { status: 429, headers: { 'retry-after': '3' }, body: {} },
    {
      body: { errCode: 0, data: { RASS_1: { [cid]: 'successed_online' } } },
    },
  );
  await lab.withWorker(async () => {
    const begunAt = Date.now();
    const handle = await lab.start(parcel, 'delivered', 1);
    const pending = await eventually(async () =>
      (await handle.describe()).raw.pendingActivities?.find(({ lastFailure }) => lastFailure),
    );
    expect(pending).toMatchObject({ attempt: 2, activityType: { name: 'pushToDevice' } });
    expect(pending.lastFailure?.applicationFailureInfo?.type).toBe('PushRetryLater');
    expect(pending.lastFailure?.message).toMatch(/^rate_limited/);
    expect(await handle.result()).toMatchObject({ outcome: 'success' });
    expect(Date.now() - begunAt).toBeGreaterThanOrEqual(3_000);
    expect(await pushesIn(handle)).toEqual({ near: 2, far: 1 });
  });
  expect(lab.cloud.countFor(cid)).toBe(2);
});

test('a task that is lost after the pushes were accepted names them once more, and pushes to nobody twice', async () => {
  const parcel = await lab.parcel({ user: 2, merchant: 1 });
  let signals = 0;
  const interrupting = around((name, step) => async (...args) => {
    const result = await step(...args);
    // A signal that arrives while the task is under way makes the server give it out again.
    if (name === 'recordOutcome' && signals++ === 0) {
      const { workflowId } = activityInfo().workflowExecution ?? { workflowId: '' };
      await lab.temporal.client.workflow.getHandle(workflowId).signal('deviceRegistered');
    }
    return result;
  });
  await lab.withWorker(async () => {
    const handle = await lab.start(parcel, 'delivered', 1);
    expect(await handle.result()).toMatchObject({ outcome: 'success' });
    const { near, far } = await pushesIn(handle);
    expect(near + far).toBe(3);
  }, interrupting);
  expect(signals).toBeGreaterThan(1);
  expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1, 1]);
});

test.each([
  ['its claim', { state: 'claimed', generation: 3 }],
  ['an answer that asks for another try', { state: 'retry', generation: 4 }],
])(
  'a try that died after %s is followed by a far one, under the request id that the row says',
  async (_, row) => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [cid = ''] = parcel.cids;
    let looks = 0;
    const dying = around((name, step) => async (...args) => {
      // As the process that died has left it.
      if (name === 'findDevices' && looks++ === 0) {
        const { workflowId } = activityInfo().workflowExecution ?? { workflowId: '' };
        await lab.db.pool.query(
          `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, generation)
         select n.message_id, d.id::text, $1, d.cid, d.provider, $3, 1, $4
           from express_notifications n, push_devices d where n.workflow_id = $1 and d.cid = $2 and n.aud = 'user'`,
          [workflowId, cid, row.state, row.generation],
        );
      }
      return step(...args);
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(() => Promise.resolve(lab.cloud.countFor(cid) === 1));
      await eventually(async () => (await pushesIn(handle)).far === 1);
      expect(await pushesIn(handle)).toMatchObject({ near: 0 });
      await lab.terminate(handle.workflowId);
    }, dying);
    const { rows } = await lab.db.pool.query(`select generation from waybell.express_pushes where cid = $1`, [
      cid,
    ]);
    expect(rows).toEqual([{ generation: row.generation }]);
  },
);
