import { describe, expect, test } from '@jest/globals';
import { createActivities } from '../../src/activities';
import { openPool } from '../../src/database/pool';
import { workerRoleSql } from '../../src/database/schema/access';
import { eventually, useLab } from '../setup/delivery-lab';
import { createWorkerRole } from '../setup/worker-role';
import { use } from '../setup/use';

describe('row-level security hides the orders while Waybell runs', () => {
  const lab = useLab('seed');
  const role = use(() => createWorkerRole(lab.db.pool));
  const worker = use(async () => {
    // A shop that has the policies of the old system on its orders alone.
    await lab.db.pool.query(`
      ${workerRoleSql(lab.deps.shopTables, role.name)}
      alter role ${role.name} nobypassrls;
      grant select on ml_orders to ${role.name};
      alter table ml_orders disable row level security;
      alter table platform_express_waybills disable row level security;
      alter table express_notifications disable row level security;
      alter table push_devices disable row level security;
    `);
    const pool = openPool(role.enter(lab.db.url), () => undefined);
    return { pool, close: () => pool.end() };
  });
  const asRole = (): ReturnType<typeof createActivities> =>
    createActivities({ ...lab.deps, pool: worker.pool });

  test('and the owner has lent them: the next delivery asks the function, and nobody notices', async () => {
    const [before, after] = [await lab.parcel(), await lab.parcel()];
    await lab.withWorker(async () => {
      expect(await (await lab.start(before, 'delivered', 1)).result()).toMatchObject({ outcome: 'success' });
      await lab.db.pool.query('alter table ml_orders enable row level security');
      expect(await (await lab.start(after, 'delivered', 1)).result()).toMatchObject({ outcome: 'success' });
    }, asRole);
    expect([...before.cids, ...after.cids].map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1, 1, 1]);
  });

  test('and nobody has lent them: the delivery says so, never "order not found", and goes on once it may', async () => {
    await lab.db.pool.query(`
      alter table ml_orders enable row level security;
      revoke execute on function waybell.order_recipients(text) from ${role.name};
    `);
    const parcel = await lab.parcel();
    const deps = { ...lab.deps, pool: worker.pool, shopTables: { ...lab.deps.shopTables } };
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        const pending = await eventually(async () => {
          const activity = (await handle.describe()).raw.pendingActivities?.[0];
          return activity?.lastFailure ? activity : null;
        });
        expect(pending.activityType?.name).toBe('resolveRecipients');
        expect(pending.lastFailure?.message).toBe(
          'query would be affected by row-level security policy for table "ml_orders"',
        );
        expect((await lab.db.pool.query('select from waybell.express_waits')).rowCount).toBe(0);

        await lab.db.pool.query(workerRoleSql(lab.deps.shopTables, role.name));
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
      },
      () => createActivities(deps),
    );
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
  });
});
