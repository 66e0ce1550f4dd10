import { describe, expect, test } from '@jest/globals';
import { refused } from '../setup/cloud-function';
import { eventually, type Wrap, useLab } from '../setup/delivery-lab';

describe('a delivery to many devices', () => {
  const lab = useLab();

  test('reaches 1,000 phones of one owner, each once: a run for every page, at most 50 at a time', async () => {
    let [underWay, mostUnderWay] = [0, 0];
    const counting: Wrap = ({ pushToDevice, ...others }) => ({
      ...others,
      async pushToDevice(input) {
        mostUnderWay = Math.max(mostUnderWay, (underWay += 1));
        return pushToDevice(input).finally(() => (underWay -= 1));
      },
    });
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    const cids = Array.from({ length: 1_000 }, (_, i) => `many-${parcel.trackingNo}-${i}`);
    await lab.db.pool.query(`insert into push_devices (cid, user_id) select unnest($1::text[]), $2`, [
      cids,
      parcel.userId,
    ]);
    lab.cloud.answer(cids[7] ?? '', refused);
    const { client } = lab.temporal;
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const latest = client.workflow.getHandle(handle.workflowId);
      await eventually(
        async () =>
          (
            await lab.db.pool.query(`select from waybell.express_waits where workflow_id = $1`, [
              handle.workflowId,
            ])
          ).rowCount === 1,
      );
      // 1,001 devices, a hundred to a page.
      await eventually(
        async () => (await client.workflow.count(`WorkflowId = '${handle.workflowId}'`)).count === 11,
      );
      expect(mostUnderWay).toBeLessThanOrEqual(50);
      lab.cloud.answer(cids[7] ?? '');
      await latest.signal('retry');
      expect(await handle.result()).toMatchObject({
        outcome: 'success',
        reason: 'by-audience',
      });
    }, counting);
    const counts = cids.map((cid) => lab.cloud.countFor(cid));
    expect(counts.filter((count) => count !== 1)).toEqual([2]);
  });
});
