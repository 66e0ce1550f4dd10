import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { loadConfig } from '../../src/config/config';
import { claimDueWaits } from '../../src/database/due-waits';
import { inTransaction, type Queryable } from '../../src/database/pool';
import { useDatabase } from '../setup/database';
import { DATABASE_KINDS } from '../setup/run-info';

/** What has long been delivered, and a few parcels that wait. */
const OLD = 60_000;
const WAITING = 60;
const { shopTables } = loadConfig({});

/** Ids are text in one database, and uuids in the other. */
describe.each(DATABASE_KINDS)('the sweep over an old shop (%s database)', (kind) => {
  const old = (text: string): string => (kind === 'seed' ? `md5(${text})::uuid` : text);

  const db = useDatabase(kind);
  beforeAll(async () => {
    await db.pool.query(
      `insert into ml_orders (id, user_id, merchant_id)
       select ${old(`'o' || n`)}, ${old(`'u' || n`)}, ${old(`'m' || n`)} from generate_series(1, ${OLD}) n`,
    );
    await db.pool.query(
      `insert into platform_express_waybills (carrier, tracking_no, order_id)
       select 'yto', 'OLD' || n, ${old(`'o' || n`)} from generate_series(1, ${OLD}) n`,
    );
    await db.pool.query(
      `insert into push_devices (cid, user_id, merchant_id)
       select 'old-' || n, ${old(`'u' || n`)}, ${old(`'m' || n`)} from generate_series(1, ${OLD}) n`,
    );
    await db.pool.query(
      `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, decision, state)
       select 'old/' || tracking_no, id::text, 'announce', 1, 'delivered', '{}', 'closed'
         from platform_express_waybills where tracking_no like 'OLD%'`,
    );
    await db.pool.query(
      `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round)
       select workflow_id, 'd', workflow_id, 'c', 'p', 'accepted', 1 from waybell.express_updates`,
    );
    for (const kindOfWait of ['order', 'device', 'device', 'retry'])
      for (let n = 0; n < WAITING / 4; n += 1)
        await waits(kindOfWait, n % 2 === 0 ? 'user' : 'merchant', randomUUID());
    await db.pool.query('vacuum analyze');
  });

  /** A delivery that waits, on a waybill of its own. */
  async function waits(waitKind: string, audience: string, ownerId: string): Promise<string> {
    const workflowId = `waits-${randomUUID()}`;
    const of = waitKind === 'order' ? ['', ''] : [audience, ownerId];
    await db.pool.query(
      `with b as (insert into platform_express_waybills (carrier, tracking_no) values ('yto', $1) returning id::text),
            u as (insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, decision, state)
                  select $1, id, 'announce', 1, 'delivered', '{}', 'open' from b returning waybill_id)
       insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
       select $1, $2, $3, $4, waybill_id, now() + interval '1 day' from u`,
      [workflowId, waitKind, ...of],
    );
    return workflowId;
  }
  const sweep = async (): Promise<Record<string, string>> => {
    const due = await inTransaction(db.pool, (tx) => claimDueWaits(tx, shopTables, 500));
    return Object.fromEntries(due.map(({ workflowId, came }) => [workflowId, came]));
  };

  test('reads what waits and looks the rest up, and not the tables of the shop', async () => {
    let plan = '';
    await inTransaction(db.pool, async (tx) => {
      const explained: Queryable = {
        query: async (text: string, values: unknown[]) => {
          const isSweep = text.startsWith('with ready');
          const answer: pg.QueryResult<Record<string, string>> = await tx.query(
            isSweep ? `explain (analyze) ${text}` : text,
            values,
          );
          if (!isSweep) return answer;
          plan = answer.rows.map((row) => row['QUERY PLAN']).join('\n');
          return { ...answer, rows: [] };
        },
      } as Queryable;
      await claimDueWaits(explained, shopTables, 500);
    });
    expect(plan).toContain('express_waits');
    expect(plan.match(/Seq Scan on \w+/g)?.filter((scan) => !scan.endsWith('express_waits')) ?? []).toEqual(
      [],
    );
  });

  test('finds each wait that is over by what has ended it, and no other', async () => {
    const [user, merchant] = [randomUUID(), randomUUID()];
    const ids = {
      order: await waits('order', '', ''),
      user: await waits('device', 'user', user),
      merchant: await waits('device', 'merchant', merchant),
      superseded: await waits('retry', 'user', randomUUID()),
    };
    await db.pool.query(
      `update platform_express_waybills set order_id = (select id from ml_orders limit 1) where tracking_no = $1`,
      [ids.order],
    );
    await db.pool.query(
      `insert into push_devices (cid, user_id, merchant_id) values ('new-1', $1, null), ('new-2', null, $2)`,
      [user, merchant],
    );
    await db.pool.query(
      `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, decision, state)
       select 'newer', waybill_id, 'announce', 1, 'returning', '{}', 'open' from waybell.express_updates where workflow_id = $1`,
      [ids.superseded],
    );
    expect(await sweep()).toEqual({
      [ids.order]: 'order',
      [ids.user]: 'device',
      [ids.merchant]: 'device',
      [ids.superseded]: 'superseded',
    });
    // One that is woken and still waits is woken again later, and keeps the time since when it is due.
    const dueSince = async (): Promise<unknown[]> => {
      const { rows } = await db.pool.query<{ due_since: Date | null }>(
        `select due_since from waybell.express_waits where workflow_id = any ($1) order by workflow_id`,
        [Object.values(ids)],
      );
      return rows.map(({ due_since: since }) => since);
    };
    const first = await dueSince();
    expect(first).not.toContain(null);
    expect(await sweep()).toEqual({});
    await db.pool.query(
      `update waybell.express_waits set woken_at = now() - interval '6 minutes' where woken_at is not null`,
    );
    expect(Object.keys(await sweep()).sort()).toEqual(Object.values(ids).sort());
    expect(await dueSince()).toEqual(first);
  });

  test('finds a delivery whose time is over, as one that is not due, and none that still has time', async () => {
    const [over, lately, partly] = [
      await waits('retry', 'user', randomUUID()),
      await waits('retry', 'user', randomUUID()),
      await waits('retry', 'user', randomUUID()),
    ];
    await db.pool.query(
      `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
       select workflow_id, 'device', 'merchant', gen_random_uuid(), waybill_id, now() + interval '1 day'
         from waybell.express_waits where workflow_id = $1`,
      [partly],
    );
    const end = (workflowId: string, ago: string): Promise<unknown> =>
      db.pool.query(
        `update waybell.express_waits set deadline = now() - $2::interval where workflow_id = $1 and kind = 'retry'`,
        [workflowId, ago],
      );
    await end(over, '6 minutes');
    await end(lately, '1 minute');
    await end(partly, '6 minutes');
    expect(await sweep()).toEqual({ [over]: 'time-over' });
    const { rows } = await db.pool.query(
      'select due_since, woken_at is null as unseen from waybell.express_waits where workflow_id = $1',
      [over],
    );
    expect(rows).toEqual([{ due_since: null, unseen: false }]);
    await end(partly, '-1 day');
    await end(over, '-1 day');
  });

  test('finds an order also where the waybill names it in a column of another type', async () => {
    await db.pool.query(`
      alter table platform_express_waybills drop constraint if exists platform_express_waybills_order_id_fkey;
      drop policy if exists "people see the waybills of their orders" on platform_express_waybills;
      alter table platform_express_waybills alter order_id type varchar(64)`);
    const [linked, named] = [await waits('order', '', ''), await waits('order', '', '')];
    await db.pool.query(
      `update platform_express_waybills
          set order_id = case tracking_no when $1 then (select id::text from ml_orders limit 1) else 'ORDER-?' end
        where tracking_no in ($1, $2)`,
      [linked, named],
    );
    expect(await sweep()).toEqual({ [linked]: 'order' });
  });
});
