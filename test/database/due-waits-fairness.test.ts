import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import { claimDueWaits } from '../../src/database/due-waits';
import { inTransaction } from '../../src/database/pool';
import { createTestDatabase, type TestDatabase } from '../setup/database';

const { shopTables } = loadConfig({});

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
afterEach(() =>
  db.pool.query(
    `truncate waybell.express_waits, waybell.express_updates, push_devices, platform_express_waybills, ml_orders cascade`,
  ),
);

/** Deliveries that wait, the oldest of them for so many days, and each for a minute less than the one before. */
async function wait(
  count: number,
  { kind = 'device', owner = '', days = 1 }: { kind?: string; owner?: string; days?: number },
): Promise<string[]> {
  const name = randomUUID();
  const { rows } = await db.pool.query<{ workflow_id: string }>(
    `with b as (insert into platform_express_waybills (carrier, tracking_no)
                select 'yto', $1 || '-' || lpad(n::text, 5, '0') from generate_series(1, $2) n returning id::text, tracking_no),
          u as (insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, decision, state)
                select tracking_no, id, 'announce', 1, 'delivered', '{}', 'open' from b returning workflow_id, waybill_id)
     insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, since, deadline)
     select workflow_id, $3, case when $3 = 'order' then '' else 'user' end, $4, waybill_id,
            now() - $5 * interval '1 day' + split_part(workflow_id, '-', 6)::int * interval '1 minute',
            now() + interval '30 days'
       from u returning workflow_id`,
    [name, count, kind, owner, days],
  );
  return rows.map((row) => row.workflow_id).sort();
}

const register = (owner: string): Promise<unknown> =>
  db.pool.query(`insert into push_devices (cid, user_id) values ($1, $1)`, [owner]);

/** The shop links the parcels to orders by plain SQL. */
const link = (workflowIds: string[], merchantId: string): Promise<unknown> =>
  db.pool.query(
    `with o as (insert into ml_orders (id, user_id, merchant_id)
                select 'o-' || id, 'buyer-' || id, $2 from unnest($1::text[]) id returning id)
     update platform_express_waybills b set order_id = o.id from o where 'o-' || b.tracking_no = o.id`,
    [workflowIds, merchantId],
  );

async function supersede(workflowId: string): Promise<void> {
  await db.pool.query(
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, decision, state)
     select $1 || '-newer', waybill_id, 'announce', 1, 'returning', '{}', 'open'
       from waybell.express_updates where workflow_id = $1`,
    [workflowId],
  );
}

/** A busy machine plans and joins slowly; milliseconds. */
const SWEEP_MS = 20_000;

const sweep = async (limit: number): Promise<string[]> =>
  (await inTransaction(db.pool, (tx) => claimDueWaits(tx, shopTables, limit), SWEEP_MS)).map(
    (due) => due.workflowId,
  );

const wokenLongAgo = (workflowIds: string[]): Promise<unknown> =>
  db.pool.query(
    `update waybell.express_waits set woken_at = now() - interval '6 minutes' where workflow_id = any ($1)`,
    [workflowIds],
  );

describe('a sweep', () => {
  test('gives an owner who comes back to 3,000 parcels a tenth of it, the oldest first, and everybody else his turn', async () => {
    const many = await wait(3_000, { owner: 'comes-back', days: 20 });
    const [order = ''] = await wait(1, { kind: 'order' });
    const [phone = ''] = await wait(1, { owner: 'another' });
    const [overtaken = ''] = await wait(1, { kind: 'retry', owner: 'a-third' });
    await register('comes-back');
    await register('another');
    await link([order], 'shop');
    await supersede(overtaken);
    const woken = await sweep(500);
    expect(woken.sort()).toEqual([...many.slice(0, 50), order, phone, overtaken].sort());
  });

  test('takes orders that came and statuses that were overtaken before phones, and of each the oldest', async () => {
    const phones = await wait(20, { owner: 'u', days: 20 });
    const orders = await wait(4, { kind: 'order', days: 3 });
    const overtaken = await wait(4, { kind: 'retry', owner: 'v', days: 2 });
    await register('u');
    for (const id of orders) await link([id], `shop-of-${id}`);
    for (const id of overtaken) await supersede(id);
    expect((await sweep(6)).sort()).toEqual([...orders, ...overtaken.slice(0, 2)].sort());
    expect((await sweep(10)).sort()).toEqual([...overtaken.slice(2), phones[0]].sort());
  });

  test('gives what is left of it to the orders of one merchant, after all others had their turn', async () => {
    const orders = await wait(100, { kind: 'order', days: 20 });
    await link(orders, 'big');
    const others = await wait(5, { kind: 'order', days: 1 });
    for (const id of others) await link([id], `shop-of-${id}`);
    const [phone = ''] = await wait(1, { owner: 'u' });
    await register('u');
    expect((await sweep(20)).sort()).toEqual([...orders.slice(0, 14), ...others, phone].sort());
    expect((await sweep(20)).sort()).toEqual(orders.slice(14, 34));
  });

  test('lets nobody starve behind deliveries that are woken again and again and cannot go on', async () => {
    const stuck = await wait(20, { kind: 'order', days: 20 });
    for (const id of stuck) await link([id], `shop-of-${id}`);
    expect((await sweep(10)).sort()).toEqual(stuck.slice(0, 10));
    await wokenLongAgo(stuck.slice(0, 10));
    const [phone = ''] = await wait(1, { owner: 'u' });
    await register('u');
    // The rest that was never woken, and then in the order in which they were.
    expect((await sweep(11)).sort()).toEqual([...stuck.slice(10), phone].sort());
    expect((await sweep(11)).sort()).toEqual(stuck.slice(0, 10));
  });

  test('wakes a wait once that is due for two reasons', async () => {
    const [both = ''] = await wait(1, { owner: 'u' });
    await register('u');
    await supersede(both);
    const due = await inTransaction(db.pool, (tx) => claimDueWaits(tx, shopTables, 10));
    expect(due).toEqual([{ workflowId: both, came: 'superseded' }]);
  });
});
