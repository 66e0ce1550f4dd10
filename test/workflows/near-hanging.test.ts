import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { expect, test } from '@jest/globals';
import { createNearPlaces } from '../../src/push/near-places';
import type { PushProvider } from '../../src/push/provider';
import { createUniCloudProvider } from '../../src/push/unicloud/unicloud';
import { SWEEP_WORKFLOW } from '../../src/workflows/contract';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { around } from '../setup/around-steps';
import { eventually, type DeliveryHandle, type Parcel, useLab, type Wrap } from '../setup/delivery-lab';

const lab = useLab();

/** The places of a process, of a provider in it, and of a merchant. */
const PLACES = { process: 16, provider: 12, merchant: 6, waiting: 12, waitingOfMerchant: 4 };

const requested = (cids: readonly string[]): number[] => cids.map((cid) => lab.cloud.countFor(cid));

/** Counts the near tries that are under way, and the most of them at once. */
function countNear(): { readonly wrap: Wrap; readonly most: () => number } {
  let [underWay, most] = [0, 0];
  const wrap = around((name, step) => async (...args) => {
    if (name !== 'pushToDevice' || !activityInfo().isLocal) return step(...args);
    most = Math.max(most, (underWay += 1));
    return step(...args).finally(() => (underWay -= 1));
  });
  return { wrap, most: () => most };
}

/** A delivery that waits for its order, which plain SQL has linked: only the sweep can wake it. */
async function linkedBehindItsBack(parcel: Parcel): Promise<DeliveryHandle> {
  const handle = await lab.start(parcel, 'delivered', 1);
  await eventually(async () =>
    (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('order-not-found'),
  );
  await lab.linkOrder(parcel);
  return handle;
}

const sweep = (): Promise<unknown> =>
  lab.temporal.client.workflow.execute(SWEEP_WORKFLOW, {
    taskQueue: lab.temporal.taskQueue,
    workflowId: `sweep-${randomUUID()}`,
  });

/** More than a worker has workflow tasks. */
const HANGING = 45;

/** Deliveries whose one phone gets no answer until the end of the test. */
async function hang(parcels: readonly (Parcel & { cids: string[] })[]) {
  const cids = parcels.flatMap((parcel) => parcel.cids);
  const release = lab.cloud.hold(...cids);
  const handles = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
  await eventually(() => Promise.resolve(cids.some((cid) => lab.cloud.countFor(cid) > 0)));
  return { release, handles };
}

const ofOneMerchant = async (count: number): Promise<(Parcel & { cids: string[] })[]> => {
  const parcels = await Promise.all(Array.from({ length: count }, () => lab.parcel({ merchant: 0 })));
  const [{ merchantId } = { merchantId: '' }] = parcels;
  await lab.db.pool.query(`update ml_orders set merchant_id = $2 where id = any ($1)`, [
    ...[parcels.map(({ orderId }) => orderId), merchantId],
  ]);
  await lab.registerDevice({ merchantId });
  return parcels.map((parcel) => ({ ...parcel, merchantId }));
};

test('while a provider hangs for the buyers of one merchant, the sweep wakes what is due and the others are told', async () => {
  const { wrap, most } = countNear();
  const parcels = await ofOneMerchant(HANGING);
  const [other, due] = [await lab.parcel(), await lab.parcel({}, false)];
  await lab.withWorker(async () => {
    const woken = await linkedBehindItsBack(due);
    const { release, handles } = await hang(parcels);
    const told = await lab.start(other, 'delivered', 1);
    expect(await told.result()).toMatchObject({ outcome: 'success' });
    await sweep();
    expect(await woken.result()).toMatchObject({ outcome: 'success' });
    // Nobody had to wait for the end of what hangs.
    const open = await Promise.all(handles.map(async (handle) => (await handle.describe()).status.name));
    expect(open.every((status) => status === 'RUNNING')).toBe(true);
    release();
    for (const { workflowId } of handles) await lab.terminate(workflowId);
  }, wrap);
  expect(requested([...other.cids, ...due.cids])).toEqual([1, 1, 1, 1]);
  expect(most()).toBeLessThanOrEqual(PLACES.merchant + other.cids.length + due.cids.length);
}, 300_000);

test('while hanging providers have every near place, the sweep goes on and the others are told by the far way', async () => {
  const { wrap, most } = countNear();
  // However slow a provider is: all places are taken, and taken again.
  const nearPlaces = { ...createNearPlaces(PLACES, () => 0), took: () => undefined };
  const parcels = await Promise.all(Array.from({ length: HANGING }, () => lab.parcel({ merchant: 0 })));
  const [other, due] = [await lab.parcel(), await lab.parcel({}, false)];
  const named = (name: string): PushProvider => ({
    ...createUniCloudProvider({ url: lab.cloud.url }),
    name,
  });
  const providers = new Map(['unicloud', 'fcm', 'apns'].map((name) => [name, named(name)]));
  const moveTo = (provider: string, cids: readonly string[]): Promise<unknown> =>
    lab.db.pool.query(`update push_devices set provider = $1 where cid = any ($2)`, [provider, cids]);
  await moveTo(
    'fcm',
    parcels.flatMap(({ cids }, nth) => (nth % 2 === 0 ? cids : [])),
  );
  await moveTo('apns', [...other.cids, ...due.cids]);
  await lab.withWorker(
    async () => {
      const woken = await linkedBehindItsBack(due);
      const { release, handles } = await hang(parcels);
      await eventually(() => Promise.resolve(most() === PLACES.process));
      const told = await lab.start(other, 'delivered', 1);
      expect(await told.result()).toMatchObject({ outcome: 'success' });
      await sweep();
      expect(await woken.result()).toMatchObject({ outcome: 'success' });
      release();
      for (const { workflowId } of handles) await lab.terminate(workflowId);
    },
    wrap,
    { providers, nearPlaces },
  );
  expect(requested([...other.cids, ...due.cids])).toEqual([1, 1, 1, 1]);
  expect(most()).toBe(PLACES.process);
}, 300_000);
