import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { refused } from '../setup/cloud-function';
import { eventually, openDeliveryLab, type DeliveryLab } from '../setup/delivery-lab';

describe('a delivery to many devices', () => {
  let lab: DeliveryLab;
  beforeAll(async () => {
    lab = await openDeliveryLab();
  });
  afterAll(() => lab.close());

  test('reaches 230 phones of one owner, page by page, each once', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    const cids = Array.from({ length: 230 }, (_, i) => `many-${parcel.trackingNo}-${i}`);
    await lab.db.pool.query(`insert into push_devices (cid, user_id) select unnest($1::text[]), $2`, [
      cids,
      parcel.userId,
    ]);
    lab.cloud.answer(cids[7] ?? '', refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const latest = lab.temporal.client.workflow.getHandle(handle.workflowId);
      await eventually(
        async () =>
          (
            await lab.db.pool.query(`select from waybell.express_waits where workflow_id = $1`, [
              handle.workflowId,
            ])
          ).rowCount === 1,
      );
      expect((await latest.describe()).runId).not.toBe(handle.firstExecutionRunId);
      lab.cloud.answer(cids[7] ?? '');
      await latest.signal('retry');
      expect(await handle.result()).toMatchObject({
        outcome: 'success',
        reason: 'user: success, 230 accepted; merchant: success, 1 accepted',
      });
    });
    const counts = cids.map((cid) => lab.cloud.countFor(cid));
    expect(counts.filter((count) => count !== 1)).toEqual([2]);
  });
});
