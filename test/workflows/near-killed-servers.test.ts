import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { around } from '../setup/around-steps';
import { eventually, openDeliveryLab } from '../setup/delivery-lab';
import { openOwnServers, type OwnServers, type Server } from '../setup/own-servers';
import { pushesIn } from '../setup/push-ways';
import { use } from '../setup/use';

/** Longer than Temporal waits for a workflow task, and than the SDK tries to report one; milliseconds. */
const TASK_IS_LOST_MS = 15_000;
/** Servers that start again on a busy machine. */
const SLOW_MS = 300_000;

const servers: OwnServers = use(openOwnServers);
const lab = use(() => openDeliveryLab('embedded', servers));

const statesOf = async (cids: readonly string[]): Promise<string[]> => {
  const { rows } = await lab.db.pool.query<{ state: string }>(
    `select state from waybell.express_pushes where device_id = any (select id::text from push_devices where cid = any ($1))`,
    [cids],
  );
  return rows.map(({ state }) => state);
};
const counts = (cids: readonly string[]): number[] => cids.map((cid) => lab.cloud.countFor(cid));

test.each<Server>(['Temporal', 'PostgreSQL'])(
  '%s is killed with -9 while one push of a task is accepted and another under way: each phone rings once',
  async (server) => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [first = '', second = ''] = parcel.cids;
    await lab.withWorker(async () => {
      const release = lab.cloud.hold(second);
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () => (await statesOf([first]))[0] === 'accepted');
      await eventually(() => Promise.resolve(lab.cloud.countFor(second) === 1));
      await servers.kill(server);
      release();
      await servers.startAgain(server);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect((await pushesIn(handle)).near).toBeGreaterThan(0);
    });
    expect(counts(parcel.cids)).toEqual([1, 1]);
    expect(await statesOf(parcel.cids)).toEqual(['accepted', 'accepted']);
  },
  SLOW_MS,
);

test(
  'Temporal is killed with -9 when all is accepted, before it hears of it, and is away until the task is lost: what is done again rings nowhere',
  async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    let outcomes = 0;
    const killing = around((name, step) => async (...args) => {
      const result = await step(...args);
      if (name === 'recordOutcome' && (outcomes += 1) === 1) await servers.kill('Temporal');
      return result;
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(() => Promise.resolve(outcomes > 0));
      await sleep(TASK_IS_LOST_MS);
      await servers.startAgain('Temporal');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, killing);
    expect(outcomes).toBe(2);
    expect(counts(parcel.cids)).toEqual([1, 1, 1]);
  },
  SLOW_MS,
);

test(
  'PostgreSQL is killed with -9 before the answer is written: the history knows it, the next worker too, and nobody rings twice',
  async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const handle = await lab.withWorker(async () => {
      const release = lab.cloud.hold();
      const begun = await lab.start(parcel, 'delivered', 1);
      await eventually(() => Promise.resolve(lab.cloud.requests.some(isTo(parcel.cids))));
      await servers.kill('PostgreSQL');
      release();
      await eventually(async () => (await pushesIn(begun)).near === 1);
      return begun;
    });
    await servers.startAgain('PostgreSQL');
    expect(await statesOf(parcel.cids)).toEqual(['claimed']);
    await lab.withWorker(async () => {
      await eventually(async () => (await statesOf(parcel.cids))[0] === 'accepted');
      // Its merchant has no phone yet.
      await lab.registerDevice({ merchantId: parcel.merchantId });
      await handle.signal('deviceRegistered');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
    expect(counts(parcel.cids)).toEqual([1]);
  },
  SLOW_MS,
);

const isTo =
  (cids: readonly string[]) =>
  (request: { readonly push_clientid: string }): boolean =>
    cids.includes(request.push_clientid);
