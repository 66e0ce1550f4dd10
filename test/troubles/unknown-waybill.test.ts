import { describe, expect, test } from '@jest/globals';
import { DATABASE_KINDS } from '../setup/run-info';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { eventually, useLab } from '../setup/delivery-lab';

describe.each(DATABASE_KINDS)(
  'a webhook about a waybill that the shop has not stored (%s database)',
  (database) => {
    const lab = useLab(database);

    test('is stored and waits; the shop fills in the order, and the sweep wakes it', async () => {
      const parcel = await lab.parcel();
      const { pool } = lab.db;
      await pool.query('delete from platform_express_waybills where tracking_no = $1', [parcel.trackingNo]);
      await lab.withWorker(async () => {
        const handle = await lab.start(parcel, 'picked_up', 1);
        await eventually(async () => {
          const attention = (await handle.describe()).typedSearchAttributes.get(ATTENTION);
          return attention?.includes('order-not-found');
        });
        await lab.linkOrder(parcel);
        await lab.temporal.client.workflow.execute('SweepWaits', {
          taskQueue: lab.temporal.taskQueue,
          workflowId: `sweep-${parcel.trackingNo}`,
        });
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
      });
      expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
      const { rows } = await pool.query(
        'select carrier from platform_express_waybills where tracking_no = $1',
        [parcel.trackingNo],
      );
      expect(rows).toEqual([{ carrier: 'yto' }]);
    });
  },
);
