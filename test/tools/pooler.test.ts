import { beforeAll, describe, expect, test } from '@jest/globals';
import { createActivities } from '../../src/activities/index';
import { migrate } from '../../src/database/schema/migrate';
import { openPool } from '../../src/database/pool';
import { detectPoolerMode, workerRoleSql } from '../../src/database/schema/access';
import { eventually, useLab } from '../setup/delivery-lab';
import { startPgbouncer } from './pgbouncer';
import { createWorkerRole } from '../setup/worker-role';
import { use } from '../setup/use';

const FAMILIES = 5;

describe('a shop’s database behind PgBouncer', () => {
  const lab = useLab('seed');
  const role = use(() => createWorkerRole(lab.db.pool));
  beforeAll(() => lab.db.pool.query(workerRoleSql(lab.deps.shopTables, role.name)));
  const transaction = use(() => startPgbouncer(role.enter(lab.db.url), 'transaction'));

  test('in transaction mode: Waybell delivers, as a role that may not read the orders', async () => {
    const parcels = await Promise.all(
      Array.from({ length: FAMILIES }, () => lab.parcel({ user: 2, merchant: 1 })),
    );
    const late = await lab.parcel({}, false);
    const pool = openPool(transaction.url, () => undefined);
    await lab
      .withWorker(
        async () => {
          const handles = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
          for (const handle of handles) expect(await handle.result()).toMatchObject({ outcome: 'success' });

          // The sweep, too, learns of an order without reading the table.
          const waiting = await lab.start(late, 'delivered', 1);
          await eventually(async () => {
            const wait = 'select from waybell.express_waits where workflow_id = $1';
            return (await pool.query(wait, [waiting.workflowId])).rowCount;
          });
          await lab.linkOrder(late);
          await lab.temporal.client.workflow.execute('SweepWaits', {
            taskQueue: lab.temporal.taskQueue,
            workflowId: `sweep-${late.trackingNo}`,
          });
          expect(await waiting.result()).toMatchObject({ outcome: 'success' });
        },
        () => createActivities({ ...lab.deps, pool }),
      )
      .finally(() => pool.end());
    const cids = parcels.flatMap((parcel) => parcel.cids);
    expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual(cids.map(() => 1));
  });

  test('in transaction mode: a migration is refused, and told where to go instead', async () => {
    await expect(migrate(transaction.url, () => undefined)).rejects.toThrow(
      'DATABASE_URL leads through a pooler in transaction mode, where the lock of a migration does not hold: migrate directly, or through its session mode (port 5432 at Supabase). Nothing was changed.',
    );
  });

  test('in session mode: a migration runs', async () => {
    const session = await startPgbouncer(lab.db.url, 'session');
    try {
      expect(await migrate(session.url, () => undefined)).toEqual([]);
    } finally {
      await session.close();
    }
  });

  test('tells its mode by what it does', async () => {
    expect(await detectPoolerMode(transaction.url)).toBe('transaction');
    expect(await detectPoolerMode(lab.db.url)).toBe('direct');
  });
});
