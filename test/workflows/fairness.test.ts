import { expect, test } from '@jest/globals';
import { PUSH_TIMERS } from '../../src/activities/deps';
import { eventually, type DeliveryHandle, type Parcel, useLab } from '../setup/delivery-lab';
import { parcelOfMany } from '../setup/many-phones';

/** The burst: four parcels of one merchant, to thirty phones each. */
const PARCELS = 4;
const PHONES = 30;
/** Next to none goes while the pushes come into the queue, however long a busy machine takes; then all go. */
const TRICKLE = { unicloud: 0.2 };
const FLOW = { unicloud: 20 };
/** A push that a busy machine let wait too long comes again at once, not after minutes. */
const timers = { ...PUSH_TIMERS, retryScale: 1 / 60 };

const lab = useLab();

/** Whether its pushes are in the queue, or have gone. */
async function hasPushes(handle: DeliveryHandle): Promise<boolean> {
  const { raw, status } = await handle.describe();
  return (raw.pendingActivities ?? []).length > 0 || status.name !== 'RUNNING';
}

/*
 * In the order in which they came, the three phones of the quiet merchant are the last of about 120: measured on a
 * server that is started without its two settings for turns. With them they are among the first ten, on a busy machine
 * too. A server that loads its queue anew forgets whose turn it was: how a second parcel of the loud one fares is not
 * asked.
 */
test('the burst of one merchant does not delay the few pushes of another', async () => {
  const burst: Parcel[] = [];
  while (burst.length < PARCELS) burst.push(await parcelOfMany(lab, PHONES - 1));
  const quiet = await lab.parcel({ user: 2 });
  await lab.db.pool.query('update ml_orders set merchant_id = $1 where id = any ($2)', [
    burst[0]?.merchantId,
    burst.map(({ orderId }) => orderId),
  ]);
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

  // A phone that a busy machine asked for twice had its turn when it came first.
  const phones = [...new Set(lab.cloud.requests.map(({ push_clientid }) => push_clientid))];
  expect(phones.length).toBeGreaterThan(PARCELS * (PHONES - 1));
  const turns = quiet.cids.map((cid) => phones.indexOf(cid));
  expect(Math.min(...turns)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...turns)).toBeLessThan(phones.length / 2);
}, 600_000);
