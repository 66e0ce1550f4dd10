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

interface Turns {
  /** How many pushes went before the last one of the other merchant's few. */
  readonly quiet: number;
  /** And before the last of a parcel that the loud merchant had at the same moment. */
  readonly loud: number;
}

/** Whether its pushes are in the queue, or have gone. */
async function hasPushes(handle: DeliveryHandle): Promise<boolean> {
  const { raw, status } = await handle.describe();
  return (raw.pendingActivities ?? []).length > 0 || status.name !== 'RUNNING';
}

/** A merchant has a burst of pushes in the queue; then another one has a parcel for three phones. */
async function turnsOn(lab: DeliveryLab): Promise<Turns> {
  const burst: Parcel[] = [];
  while (burst.length < PARCELS) burst.push(await parcelOfMany(lab, PHONES - 1));
  const merchantId = burst[0]?.merchantId ?? '';
  const [quiet, loud] = [await lab.parcel({ user: 2 }), await lab.parcel({ user: 2 })];
  await lab.db.pool.query('update ml_orders set merchant_id = $1 where id = any ($2)', [
    merchantId,
    [...burst, loud].map(({ orderId }) => orderId),
  ]);
  // The loud merchant's own phones are those of the burst.
  await lab.db.pool.query('update push_devices set merchant_id = null, user_id = $2 where merchant_id = $1', [
    loud.merchantId,
    loud.userId,
  ]);
  const { requests } = lab.cloud;
  const handles: DeliveryHandle[] = [];
  await lab.withWorker(
    async () => {
      for (const parcel of [...burst, loud, quiet]) {
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
  const turnOf = ({ cids }: { cids: string[] }): number =>
    Math.max(...cids.map((cid) => requests.findIndex(({ push_clientid }) => push_clientid === cid)));
  return { quiet: turnOf(quiet), loud: turnOf(loud) };
}

test('the burst of one merchant does not delay the few pushes of another; on a server without turns it does', async () => {
  const [withTurns, without] = await Promise.all([turnsOn(fair), turnsOn(plain)]);
  expect(without.quiet).toBeGreaterThan(withTurns.quiet + A_PART_OF_THE_BURST);
  // Not because it was short: a short parcel of the loud merchant waits for the burst.
  expect(withTurns.loud).toBeGreaterThan(withTurns.quiet + A_PART_OF_THE_BURST);
}, 600_000);
