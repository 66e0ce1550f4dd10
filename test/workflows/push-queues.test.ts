import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openPool } from '../../src/database/pool';
import { eventually, openDeliveryLab, type DeliveryLab, type Parcel } from '../setup/delivery-lab';
import { parcelOfMany } from '../setup/many-phones';

describe('the queue of a provider', () => {
  let lab: DeliveryLab;
  beforeAll(async () => {
    lab = await openDeliveryLab();
  });
  afterAll(() => lab.close());

  const belongsTo = async (parcel: Parcel, merchantId: string): Promise<void> => {
    await lab.db.pool.query(`update ml_orders set merchant_id = $2 where id = $1`, [
      parcel.orderId,
      merchantId,
    ]);
  };

  test('holds the rate of the provider, however many workers there are', async () => {
    const parcel = await parcelOfMany(lab, 49);
    const pool = openPool(lab.db.url, () => undefined);
    const connection = await NativeConnection.connect({ address: lab.temporal.address });
    const rates = { unicloud: 10 };
    try {
      const work = async (): Promise<number> => {
        const begin = Date.now();
        const handle = await lab.start(parcel, 'delivered', 1);
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
        return Date.now() - begin;
      };
      const both = (): Promise<number> => lab.withWorker(work, undefined, { pool, connection, rates });
      // 50 pushes at 10 a second, of which the server lets a second's worth go at once.
      expect(await lab.withWorker(both, undefined, { rates })).toBeGreaterThan(3_000);
    } finally {
      await connection.close();
      await pool.end();
    }
  });

  test('gives a merchant with one parcel its turn, though another has a burst of hundreds', async () => {
    const burst = await Promise.all(Array.from({ length: 6 }, () => parcelOfMany(lab, 49)));
    const [loud] = burst;
    for (const parcel of burst) await belongsTo(parcel, loud?.merchantId ?? '');
    const quiet = await lab.parcel();
    const sameMerchant = await lab.parcel();
    await belongsTo(sameMerchant, loud?.merchantId ?? '');
    const { requests } = lab.cloud;
    const before = requests.length;
    await lab.withWorker(
      async () => {
        const handles = await Promise.all(burst.map((parcel) => lab.start(parcel, 'delivered', 1)));
        await eventually(() => Promise.resolve(requests.length > before + 20));
        handles.push(await lab.start(sameMerchant, 'delivered', 1), await lab.start(quiet, 'delivered', 1));
        for (const handle of handles) expect(await handle.result()).toMatchObject({ outcome: 'success' });
      },
      undefined,
      { rates: { unicloud: 12 } },
    );
    const cids = requests.slice(before).map(({ push_clientid: cid }) => cid);
    expect(cids.length).toBeGreaterThan(290);
    // The buyer of each: the quiet merchant's overtakes the burst, the loud one's own later parcel does not.
    const turnOf = (parcel: { cids: string[] }): number => cids.indexOf(parcel.cids[0] ?? '');
    expect(turnOf(sameMerchant)).toBeGreaterThan(turnOf(quiet) + 50);
  });
});
