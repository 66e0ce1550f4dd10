import { NativeConnection } from '@temporalio/worker';
import { describe, expect, test } from '@jest/globals';
import { openPool } from '../../src/database/pool';
import { useLab } from '../setup/delivery-lab';
import { parcelOfMany } from '../setup/many-phones';

describe('the queue of a provider', () => {
  const lab = useLab();

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
});
