import { beforeAll, describe, expect, test } from '@jest/globals';
import { useLab } from '../setup/delivery-lab';
import { useOldSystem } from '../setup/old-system';

/** As docs/migrating.md has it: what Waybell writes does not feed the old queue. */
const GUARD = `
  drop trigger trg_enqueue_express_notification on platform_express_waybills;
  create trigger trg_enqueue_express_notification
    after update of status on platform_express_waybills
    for each row when (old.status is distinct from new.status
                       and current_setting('application_name') is distinct from 'waybell')
    execute function enqueue_express_notification();
`;

describe('one carrier at Waybell and the others at the old system', () => {
  const lab = useLab('seed');
  const old = useOldSystem(lab);
  beforeAll(() => lab.db.pool.query(GUARD));

  test('every phone gets each parcel from one of them', async () => {
    const ours = await lab.parcel();
    const theirs = await lab.parcel();
    await lab.withWorker(async () => {
      const handle = await lab.start(ours, 'delivered', 1);
      await old.receiveWebhook(theirs.trackingNo, 'delivered', '已签收');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
    expect(await old.runNotifyWorker()).toEqual([{ process_status: 'queued', last_error: null }]);
    await old.runConsumer(lab.cloud.url);
    const cids = [...ours.cids, ...theirs.cids];
    expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1, 1, 1]);
  });

  test('a parcel that moves over in the middle is told from where the old system stopped', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    await old.receiveWebhook(parcel.trackingNo, 'out_for_delivery', '正在派送');
    await old.runNotifyWorker();
    await old.runConsumer(lab.cloud.url);
    await lab.withWorker(async () => {
      const repeated = await lab.start(parcel, 'out_for_delivery', 1);
      expect(await repeated.result()).toMatchObject({ outcome: 'stale' });
      const next = await lab.start(parcel, 'delivered', 2);
      expect(await next.result()).toMatchObject({ outcome: 'success' });
    });
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([2, 2]);
  });
});
