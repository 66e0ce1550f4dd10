import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, openDeliveryLab, type DeliveryLab, type Parcel } from '../setup/delivery-lab';
import { parcelOfMany } from '../setup/many-phones';
import { startTemporalWithout, type OtherTemporal } from '../setup/temporal-without';

/** The burst: six parcels of one merchant, to fifty phones each; half a minute at this rate. */
const PARCELS = 6;
const PHONES = 50;
const rates = { unicloud: 12 };

let plainServer: OtherTemporal;
let fair: DeliveryLab;
let plain: DeliveryLab;
beforeAll(async () => {
  plainServer = await startTemporalWithout(/matching\.(useNewMatcher|enableFairness)/);
  [fair, plain] = await Promise.all([openDeliveryLab(), openDeliveryLab('embedded', plainServer.address)]);
});
afterAll(async () => {
  await Promise.all([fair.close(), plain.close()]);
  await plainServer.stop();
});

interface Turns {
  /** How many pushes went before the last one of the other merchant's few. */
  readonly quiet: number;
  /** And before the last of a parcel that the loud merchant had at the same moment. */
  readonly loud: number;
}

/** A merchant has a burst of pushes; while they go, another one has a parcel for three phones. */
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
  await lab.withWorker(
    async () => {
      const start = (parcel: Parcel) => lab.start(parcel, 'delivered', 1);
      const handles = await Promise.all(burst.map(start));
      await eventually(() => Promise.resolve(requests.length > 20));
      handles.push(await start(loud), await start(quiet));
      for (const handle of handles) expect(await handle.result()).toMatchObject({ outcome: 'success' });
    },
    undefined,
    { rates },
  );
  expect(requests.length).toBeGreaterThanOrEqual(PARCELS * PHONES);
  const turnOf = ({ cids }: { cids: string[] }): number =>
    Math.max(...cids.map((cid) => requests.findIndex(({ push_clientid }) => push_clientid === cid)));
  return { quiet: turnOf(quiet), loud: turnOf(loud) };
}

test('the burst of one merchant does not delay the few pushes of another; on a server without turns it does', async () => {
  const [withTurns, without] = await Promise.all([turnsOn(fair), turnsOn(plain)]);
  expect(without.quiet).toBeGreaterThan(withTurns.quiet + 100);
  // Not because it was short: a short parcel of the loud merchant waits for the burst.
  expect(withTurns.loud).toBeGreaterThan(withTurns.quiet + 50);
});
