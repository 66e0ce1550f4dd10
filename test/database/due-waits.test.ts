import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import { claimDueWaits } from '../../src/database/due-waits';
import { inTransaction } from '../../src/database/pool';
import { findWaitsToWake } from '../../src/database/waits';
import { useDatabase } from '../setup/database';

const WAITING = 100_000;
/** Well above the second that it takes, for a loaded machine; the sweep itself gives up after 20 s. */
const FEW_SECONDS_MS = 10_000;

const db = useDatabase();
beforeAll(async () => {
  await db.pool.query(
    `insert into platform_express_waybills (carrier, tracking_no)
     select 'yto', 'YT' || n from generate_series(1, ${WAITING}) n`,
  );
  await db.pool.query(
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, decision, state)
     select 'delivery/own-system/yto/' || tracking_no || '/d', id::text, 'announce', 1, 'delivered', '{}', 'open'
       from platform_express_waybills`,
  );
  await db.pool.query(
    `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
     select workflow_id, case when seq % 2 = 0 then 'order' else 'device' end, case when seq % 2 = 0 then '' else 'user' end,
            case when seq % 2 = 0 then '' else 'u-' || seq end, waybill_id, now() + interval '1 day'
       from waybell.express_updates`,
  );
  await db.pool.query(
    `insert into push_devices (cid, user_id) select 'cid-' || n, 'other-' || n from generate_series(1, 50000) n`,
  );
  await db.pool.query(
    `insert into ml_orders (id, user_id) select 'o-' || n, 'x' from generate_series(1, 50000) n`,
  );
  await db.pool.query('analyze');
});

describe(`the sweep over ${WAITING} waiting deliveries`, () => {
  const sweep = async (): Promise<{ workflowIds: string[]; ms: number }> => {
    const startedAt = performance.now();
    const due = await inTransaction(
      db.pool,
      (tx) => claimDueWaits(tx, loadConfig({}).shopTables, 500),
      20_000,
    );
    return { workflowIds: due.map(({ workflowId }) => workflowId), ms: performance.now() - startedAt };
  };

  test('finds nothing where nothing is due, within seconds', async () => {
    const { workflowIds, ms } = await sweep();
    expect(workflowIds).toEqual([]);
    expect(ms).toBeLessThan(FEW_SECONDS_MS);
  });

  test('wakes after one registration that one delivery, and not again at once', async () => {
    const { rows } = await db.pool.query<{ owner_id: string; workflow_id: string }>(
      `select owner_id, workflow_id from waybell.express_waits where kind = 'device' limit 1`,
    );
    const { owner_id: owner = '', workflow_id: workflowId } = rows[0] ?? {};
    await db.pool.query(`insert into push_devices (cid, user_id) values ('new', $1)`, [owner]);
    expect(
      await findWaitsToWake(db.pool, {
        kind: 'device',
        audience: 'user',
        ownerId: owner,
        deviceId: randomUUID(),
      }),
    ).toEqual([workflowId]);
    const first = await sweep();
    expect(first.workflowIds).toEqual([workflowId]);
    expect(first.ms).toBeLessThan(FEW_SECONDS_MS);
    expect((await sweep()).workflowIds).toEqual([]);
  });

  test('wakes some of the many deliveries of one owner who registers, the newest first, and the sweep a tenth of itself', async () => {
    const owner = 'u-with-many';
    await db.pool.query(
      `update waybell.express_waits set owner_id = $1
        where workflow_id in (select workflow_id from waybell.express_waits where kind = 'device' order by workflow_id limit 2000)`,
      [owner],
    );
    await db.pool.query(`insert into push_devices (cid, user_id) values ('of-many', $1)`, [owner]);
    const woken = await findWaitsToWake(db.pool, {
      kind: 'device',
      audience: 'user',
      ownerId: owner,
      deviceId: randomUUID(),
    });
    const { rows } = await db.pool.query<{ workflow_id: string }>(
      `select workflow_id from waybell.express_waits join waybell.express_updates using (workflow_id)
        where owner_id = $1 order by seq desc limit 20`,
      [owner],
    );
    expect(woken).toEqual(rows.map((row) => row.workflow_id));
    expect((await sweep()).workflowIds).toHaveLength(50);
    await db.pool.query(`delete from push_devices where cid = 'of-many'`);
  });

  test('takes no more than its share when everybody registers at once', async () => {
    await db.pool.query(
      `insert into push_devices (cid, user_id)
       select distinct 'all-' || owner_id, owner_id from waybell.express_waits where kind = 'device'`,
    );
    const { workflowIds, ms } = await sweep();
    expect(workflowIds).toHaveLength(500);
    expect(ms).toBeLessThan(FEW_SECONDS_MS);
  });

  test('takes no more than its share when the time of all is over', async () => {
    await db.pool.query(
      `update waybell.express_waits set deadline = now() - interval '1 hour', woken_at = null`,
    );
    const { workflowIds, ms } = await sweep();
    expect(workflowIds).toHaveLength(500);
    expect(ms).toBeLessThan(FEW_SECONDS_MS);
  });
});
