import { expect, test } from '@jest/globals';
import { RETIRE_SILENT_WORKFLOW } from '../../src/workflows/contract';
import { inTransaction } from '../../src/database/pool';
import { retireSilentDevices } from '../../src/database/retire-silent-devices';
import { ensureSilentDevicesSchedule } from '../../temporal/schedules';
import { createTestDatabase } from '../setup/database';
import { useLab } from '../setup/delivery-lab';

const lab = useLab();

const retire = (): Promise<number> =>
  lab.withWorker(() =>
    lab.temporal.client.workflow.execute(RETIRE_SILENT_WORKFLOW, {
      workflowId: `silent/${lab.temporal.taskQueue}/${performance.now()}`,
      taskQueue: lab.temporal.taskQueue,
    }),
  );

const statesOf = async (): Promise<Record<string, string | null>> => {
  const { rows } = await lab.db.pool.query<{ cid: string; state: string }>(
    `select cid, case when is_active then 'active' else inactive_reason end as state from push_devices order by cid`,
  );
  return Object.fromEntries(rows.map(({ cid, state }) => [cid, state]));
};

/** Devices that were seen last so many days ago. */
const seen = (provider: string, days: number, cids: readonly string[]) =>
  lab.db.pool.query(
    `insert into push_devices (cid, user_id, provider, last_seen_at, registered_at)
     select unnest($1::text[]), 'u-1', $2, now() - $3 * interval '1 day', now() - $3 * interval '1 day'`,
    [cids, provider, days],
  );

test('devices are retired once they are silent for longer than their provider keeps them', async () => {
  await seen('unicloud', 89, ['uni-89']);
  await seen('unicloud', 91, ['uni-91', 'uni-91-pushed', 'uni-91-shown-long-ago']);
  await seen('getui', 91, ['getui-91']);
  await seen('fcm', 269, ['fcm-269']);
  await seen('fcm', 271, ['fcm-271']);
  await seen('apns', 900, ['apns-900']);
  await seen('webpush', 900, ['web-900']);
  await lab.db.pool.query(
    `insert into waybell.express_pushes
       (message_id, device_id, workflow_id, cid, provider, state, round, answered_at, shown_at)
     select 'm:' || cid, id::text, 'w', cid, provider, 'accepted', 1,
            now() - case when cid like '%ago' then 100 else 10 end * interval '1 day', null
       from push_devices where cid in ('uni-91-pushed', 'uni-91-shown-long-ago')`,
  );
  expect(await retire()).toBe(4);
  expect(await statesOf()).toEqual({
    'apns-900': 'active',
    'fcm-269': 'active',
    'fcm-271': 'silent',
    'getui-91': 'silent',
    'uni-89': 'active',
    'uni-91': 'silent',
    // Its provider took a push ten days ago, so it does not count it as dead.
    'uni-91-pushed': 'active',
    'uni-91-shown-long-ago': 'silent',
    'web-900': 'active',
  });
  expect(await retire()).toBe(0);
});

test('those that were there before Waybell are kept until it has listened for as long', async () => {
  const shop = await createTestDatabase('seed');
  const retireOnes = () =>
    inTransaction(shop.pool, (db) => retireSilentDevices(db, { provider: 'unicloud', days: 90 }, null));
  const { rowCount: silent } = await shop.pool.query(
    `update push_devices set last_seen_at = now() - interval '100 days' where is_active`,
  );
  expect(silent).toBeGreaterThan(1);
  expect(await retireOnes()).toEqual({ retired: 0, next: null });

  await shop.pool.query(`update waybell.migrations set run_on = run_on - interval '91 days'`);
  await shop.pool.query(`update push_devices set registered_at = registered_at - interval '91 days'`);
  expect(await retireOnes()).toEqual({ retired: silent, next: null });
  await shop.drop();
});

test('many at once are retired batch by batch', async () => {
  await seen(
    'fcm',
    300,
    Array.from({ length: 1_234 }, (_, index) => `many-${index}`),
  );
  expect(await retire()).toBe(1_234);
});

test('Temporal does it once a day, however often that is asked for', async () => {
  const { client } = lab.temporal;
  await ensureSilentDevicesSchedule(client);
  await ensureSilentDevicesSchedule(client);
  const schedule = client.schedule.getHandle('waybell-silent-devices');
  const { spec, action } = await schedule.describe();
  expect(spec.intervals).toMatchObject([{ every: 86_400_000 }]);
  expect(action).toMatchObject({ workflowType: RETIRE_SILENT_WORKFLOW });
  await schedule.delete();
});
