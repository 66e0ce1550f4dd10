import { expect, test } from '@jest/globals';
import { PUSH_TIMERS } from '../../src/activities/deps';
import {
  eventually,
  openDeliveryLab,
  type DeliveryHandle,
  type DeliveryLab,
  type Parcel,
  useLab,
} from '../setup/delivery-lab';
import { parcelOfMany } from '../setup/many-phones';
import { startTemporalWithout } from '../setup/temporal-without';
import { use } from '../setup/use';

/** The burst: six parcels of one merchant, to fifty phones each. */
const PARCELS = 6;
const PHONES = 50;
/** Next to none goes while the pushes come into the queue, however long a busy machine takes; then all go. */
const TRICKLE = { unicloud: 0.2 };
const FLOW = { unicloud: 40 };
/** A push that a busy machine let wait too long comes again at once, not after minutes. */
const timers = { ...PUSH_TIMERS, retryScale: 1 / 60 };
/** A server keeps a queue in four parts: in the luckiest of orders the quiet merchant waits for one of them. */
const A_PART_OF_THE_BURST = 50;

const plainServer = use(() => startTemporalWithout(/matching\.(useNewMatcher|enableFairness)/));
const fair = useLab();
const plain = use(() => openDeliveryLab('embedded', plainServer.address));

/** Whether its pushes are in the queue, or have gone. */
async function hasPushes(handle: DeliveryHandle): Promise<boolean> {
  const { raw, status } = await handle.describe();
  return (raw.pendingActivities ?? []).length > 0 || status.name !== 'RUNNING';
}

/**
 * A merchant has a burst of pushes in the queue; then another one has a parcel for three phones.
 * How many pushes went before the last of these three.
 */
async function turnOfTheQuiet(lab: DeliveryLab): Promise<number> {
  const burst: Parcel[] = [];
  while (burst.length < PARCELS) burst.push(await parcelOfMany(lab, PHONES - 1));
  const quiet = await lab.parcel({ user: 2 });
  await lab.db.pool.query('update ml_orders set merchant_id = $1 where id = any ($2)', [
    burst[0]?.merchantId,
    burst.map(({ orderId }) => orderId),
  ]);
  const { requests } = lab.cloud;
  const handles: DeliveryHandle[] = [];
  await lab.withWorker(
    async () => {
      for (const parcel of [...burst, quiet]) {
        const handle = await lab.start(parcel, 'delivered', 1);
        handles.push(handle);
        await eventually(() => hasPushes(handle));
      }
    },
    undefined,
    { rates: TRICKLE, timers },
  );
  await lab.withWorker(
    async () => {
      for (const handle of handles) expect(await handle.result()).toMatchObject({ outcome: 'success' });
    },
    undefined,
    { rates: FLOW, timers },
  );
  expect(requests.length).toBeGreaterThanOrEqual(PARCELS * PHONES);
  return Math.max(
    ...quiet.cids.map((cid) => requests.findIndex(({ push_clientid }) => push_clientid === cid)),
  );
}

test('the burst of one merchant does not delay the few pushes of another; on a server without turns it does', async () => {
  const [withTurns, without] = await Promise.all([turnOfTheQuiet(fair), turnOfTheQuiet(plain)]);
  // How a second parcel of the loud merchant fares is not asked: a server that loads its queue anew forgets
  // whose turn it was, and then that one goes early too.
  expect(without).toBeGreaterThan(withTurns + A_PART_OF_THE_BURST);
}, 600_000);
