import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { loadConfig, type ShopTables } from '../../../src/config/config';
import { checkFacts } from '../../../src/database/schema/check-facts';
import { checkShop } from '../../../src/database/schema/check-shop';
import { findRecipients } from '../../../src/database/find-recipients';
import { detectOrderAccess, orderFunctionSql } from '../../../src/database/schema/order-access';
import { findStaff } from '../../../src/database/members';
import { findOrderId } from '../../../src/database/waybills';
import { inTransaction, openPool } from '../../../src/database/pool';
import { requireWorkerRole, workerRoleSql } from '../../../src/database/schema/access';
import { createTestDatabase, type TestDatabase } from '../../setup/database';
import { createWorkerRole, type WorkerRole } from '../../setup/worker-role';

const ORDER = '0d000000-0000-4000-8000-000000000002';
const WAYBILL = '0e000000-0000-4000-8000-000000000002';
const PEOPLE = {
  userId: '0a000000-0000-4000-8000-000000000002',
  merchantId: '0b000000-0000-4000-8000-000000000001',
};
const CALL = `select user_id, merchant_id from waybell.order_recipients('${ORDER}')`;

describe('a role of Waybell’s own on a shop’s Supabase database', () => {
  let db: TestDatabase;
  let role: WorkerRole;
  /** As that role. */
  let worker: pg.Pool;
  let shopTables: ShopTables;

  beforeEach(async () => {
    ({ shopTables } = loadConfig({}));
    db = await createTestDatabase('seed');
    role = await createWorkerRole(db.pool);
    await db.pool.query(workerRoleSql(shopTables, role.name));
    worker = openPool(role.enter(db.url), () => undefined);
  });
  afterEach(async () => {
    await worker.end();
    await role.close();
    await db.drop();
  });

  const recipients = (): Promise<unknown> =>
    inTransaction(worker, (client) => findRecipients(client, shopTables, WAYBILL));
  const problems = async (tables = shopTables): Promise<readonly string[]> =>
    (
      await checkShop(worker, {
        shopTables: tables,
        allowedTriggers: ['platform_express_waybills.trg_enqueue_express_notification'],
      })
    ).problems;

  test('has all that Waybell needs, and no grant on the orders', async () => {
    expect(await problems()).toEqual([]);
    await expect(worker.query('select from ml_orders')).rejects.toMatchObject({ code: '42501' });
    expect(await recipients()).toEqual({ orderId: ORDER, ...PEOPLE });
  });

  test('finds no order under an id that is unknown or malformed, and no list of orders', async () => {
    const exists = async (id: string): Promise<boolean> =>
      (await findOrderId(worker, shopTables, id)) !== null;
    expect(await exists(ORDER)).toBe(true);
    expect(await exists('0d000000-0000-4000-8000-00000000ffff')).toBe(false);
    expect(await exists('ORDER_1')).toBe(false);
  });

  test('may be bound by row-level security on the orders: the function answers all the same', async () => {
    await db.pool.query(`alter role ${role.name} nobypassrls; grant select on ml_orders to ${role.name}`);
    const found = await inTransaction(worker, async (client) => {
      expect(await detectOrderAccess(client, shopTables)).toBe('function');
      const { rows } = await client.query<object>(CALL);
      return rows;
    });
    expect(found).toEqual([{ user_id: PEOPLE.userId, merchant_id: PEOPLE.merchantId }]);
    // The other tables bind it, and it is told so; with loud row-level security no policy would help.
    const hidden = await problems();
    expect(hidden).toHaveLength(3);
    expect(hidden).toContainEqual(
      expect.stringMatching(
        /hide .*platform_express_waybills from role .*: connect as its owner or as a role/,
      ),
    );
    await db.pool.query(
      `create policy all_of_it on platform_express_waybills to ${role.name} using (true) with check (true)`,
    );
    await expect(recipients()).rejects.toMatchObject({ code: '42501' });
  });

  test('reads the table while it may, and asks the function from the second try after it may not', async () => {
    await db.pool.query(`grant select on ml_orders to ${role.name}`);
    expect(await recipients()).toEqual({ orderId: ORDER, ...PEOPLE });
    expect(await detectOrderAccess(worker, shopTables)).toBe('table');
    await db.pool.query(`revoke select on ml_orders from ${role.name}`);
    await expect(recipients()).rejects.toMatchObject({ code: '42501' });
    expect(await recipients()).toEqual({ orderId: ORDER, ...PEOPLE });
  });

  test('is told when the function was made for other names', async () => {
    const orders = { ...shopTables.orders, userId: 'merchant_id' };
    expect(await problems({ ...shopTables, orders })).toEqual([
      `waybell.order_recipients reads other tables or columns than SHOP_TABLES names. Run again: npx waybell migrate --worker ${role.name}`,
    ]);
  });

  test('can be given its rights again, also for tables that a later migration adds', async () => {
    await db.pool.query('create table waybell.later (id int)');
    await worker.query('insert into waybell.later values (1)');
    await db.pool.query(workerRoleSql(shopTables, role.name));
    expect(await problems()).toEqual([]);
  });

  test('must exist, and be given its rights by somebody who sees all orders', async () => {
    await expect(requireWorkerRole(db.pool, shopTables, 'nobody_here')).rejects.toThrow(
      'There is no role nobody_here. Make it first: create role "nobody_here" login bypassrls',
    );
    await expect(requireWorkerRole(worker, shopTables, role.name)).rejects.toThrow(
      'it cannot lend the orders',
    );
  });

  describe('and the roles of the Data API', () => {
    /** As PostgREST runs a request. */
    async function as(dataApiRole: string, sql: string): Promise<pg.QueryResult> {
      const client = await db.pool.connect();
      try {
        await client.query(`begin; set local role ${dataApiRole}`);
        return await client.query(sql);
      } finally {
        await client.query('rollback');
        client.release();
      }
    }

    test.each(['anon', 'authenticated', 'service_role', 'authenticator'])(
      '%s can read and run nothing of the schema waybell',
      async (dataApiRole) => {
        const { rows } = await db.pool.query<{ name: string }>(
          `select relname as name from pg_class where relnamespace = 'waybell'::regnamespace and relkind = 'r'`,
        );
        expect(rows.length).toBeGreaterThan(5);
        for (const { name } of rows) {
          const read = as(dataApiRole, `select from waybell.${name}`);
          await expect(read).rejects.toMatchObject({
            code: '42501',
            message: expect.stringMatching('waybell'),
          });
        }
        await expect(as(dataApiRole, CALL)).rejects.toMatchObject({ code: '42501' });
      },
    );

    test('could not run the function either if the schema were open to them', async () => {
      await db.pool.query('grant usage on schema waybell to anon, authenticated, service_role');
      for (const dataApiRole of ['anon', 'authenticated', 'service_role']) {
        await expect(as(dataApiRole, CALL)).rejects.toThrow(
          'permission denied for function order_recipients',
        );
      }
    });
  });

  describe('and what the shop says of its orders', () => {
    let mapped: ShopTables;
    const found = (): Promise<unknown> =>
      inTransaction(worker, (client) => findRecipients(client, mapped, WAYBILL));
    const sentences = async (): Promise<string[]> =>
      (await inTransaction(worker, (client) => checkFacts(client, mapped))).map(
        ({ sentence }) => sentence.en,
      );
    const lend = (): Promise<unknown> => db.pool.query(workerRoleSql(mapped, role.name));

    beforeEach(async () => {
      ({ shopTables: mapped } = loadConfig({
        SHOP_TABLES: JSON.stringify({
          orders: { status: { column: 'status', words: { 1: 'open', 4: 'cancelled' } } },
          members: { table: 'merchant_staff' },
        }),
      }));
      await db.pool.query(`
        update ml_orders set status = 4 where id = '${ORDER}';
        create table merchant_staff (merchant_id uuid, user_id uuid);
        alter table merchant_staff enable row level security;
        insert into merchant_staff values ('${PEOPLE.merchantId}', '${PEOPLE.userId}')`);
    });

    test('is lent with it, one order at a time, and the members of one merchant', async () => {
      await lend();
      expect(await found()).toEqual({ orderId: ORDER, ...PEOPLE, facts: { orderStatus: 'cancelled' } });
      const { rows } = await worker.query(
        `select waybell.order_facts('${ORDER}') as facts, waybell.order_facts('none') as none,
                array(select waybell.merchant_members('${PEOPLE.merchantId}')) as members`,
      );
      expect(rows).toEqual([{ facts: { status: 4 }, none: null, members: [PEOPLE.userId] }]);
      await expect(worker.query('select from merchant_staff')).rejects.toMatchObject({ code: '42501' });
      const staff = await inTransaction(worker, (client) =>
        findStaff(client, mapped, 'merchant', PEOPLE.merchantId),
      );
      expect(staff).toEqual({ kind: 'known', value: { people: [PEOPLE.userId], isCut: false } });
      expect((await sentences()).filter((sentence) => !sentence.includes('index'))).toEqual([]);
      expect(await sentences()).toEqual([
        expect.stringContaining('has no index that begins with merchant_id'),
      ]);
    });

    test('is not known before it is lent: the people are found as before, and it is said what to do', async () => {
      // As the release before has lent it.
      await db.pool.query('drop function waybell.order_facts');
      expect(await found()).toEqual({ orderId: ORDER, ...PEOPLE, facts: { orderStatus: null } });
      expect(await problems(mapped)).toEqual([]);
      expect(await sentences()).toContainEqual(
        'waybell.order_facts is missing, or reads other columns than SHOP_TABLES names. Deliveries go on as without it.',
      );
      await lend();
      // Without a restart.
      expect(await found()).toMatchObject({ facts: { orderStatus: 'cancelled' } });
    });

    test('is not known as long as the function lends other columns', async () => {
      const { shopTables: others } = loadConfig({
        SHOP_TABLES: JSON.stringify({ orders: { kind: 'order_no' }, members: { table: 'merchant_staff' } }),
      });
      await db.pool.query(workerRoleSql(others, role.name));
      expect(await found()).toEqual({ orderId: ORDER, ...PEOPLE, facts: { orderStatus: null } });
      expect(await sentences()).toContainEqual(
        expect.stringContaining('waybell.order_facts is missing, or reads'),
      );
      // A column that the shop has dropped since.
      await lend();
      await db.pool.query('alter table ml_orders drop column status');
      expect(await found()).toEqual({ orderId: ORDER, ...PEOPLE, facts: { orderStatus: null } });
    });

    test('may come from a function of the shop, which is tried', async () => {
      const tables = loadConfig({
        SHOP_TABLES: JSON.stringify({ members: { function: 'staff_of' } }),
      }).shopTables;
      const said = async (): Promise<string> =>
        (await inTransaction(worker, (client) => checkFacts(client, tables)))
          .map(({ sentence }) => sentence.en)
          .join('\n');
      const make = (body: string): Promise<unknown> =>
        db.pool.query(`
          create or replace function staff_of(merchant text) returns table (person uuid)
            language plpgsql security definer as $$ begin ${body} end $$;
          revoke all on function staff_of from public`);
      expect(await said()).toContain('there is no function public.staff_of(text)');
      await make('return query select user_id from merchant_staff where merchant_id = merchant::uuid;');
      expect(await said()).toContain('the role may not call public.staff_of(text)');
      await db.pool.query(workerRoleSql(tables, role.name));
      expect(await said()).toBe('');
      await make(`raise exception 'no staff today';`);
      expect(await said()).toContain('asking for the people of a merchant fails: error: no staff today');
      await make('perform pg_sleep(0.7); return;');
      expect(await said()).toMatch(/the people of a merchant take \d+ ms to be found, and deliveries wait/);
      await db.pool.query('drop function staff_of');
      await db.pool.query(`create function staff_of(merchant text) returns setof text language sql as
        $$ select n::text from generate_series(1, 1001) n $$`);
      expect(await said()).toContain(
        '1001 of 1001 people of a merchant have an id that push_devices.user_id (uuid)',
      );
      expect(await said()).toContain('a merchant has more than 1000 people');
    });
  });

  test('cannot make the function read or run anything of its own', async () => {
    await db.pool.query(`
      create schema hostile;
      grant usage on schema hostile to ${role.name};
      create function hostile.answers(uuid, uuid) returns boolean language plpgsql as
        $$ begin raise exception 'hostile code ran as %', current_user; end $$;
      create operator hostile.= (leftarg = uuid, rightarg = uuid, function = hostile.answers);
      create table hostile.ml_orders as select * from ml_orders where false;
    `);
    // The proof that the trap works: the same function without its pinned path.
    const unpinned = orderFunctionSql(shopTables)
      .replaceAll('order_recipients', 'unpinned')
      .replace('set search_path = pg_catalog, pg_temp', '');
    await db.pool.query(`${unpinned} grant execute on function waybell.unpinned(text) to ${role.name}`);

    const client = await worker.connect();
    try {
      await client.query(`
        create temp table ml_orders (id uuid, user_id uuid, merchant_id uuid);
        create function pg_temp.answers(uuid, uuid) returns boolean language sql as 'select false';
        set search_path = pg_temp, hostile, pg_catalog, public`);
      await expect(client.query(CALL.replace('order_recipients', 'unpinned'))).rejects.toThrow(
        'hostile code ran',
      );
      const { rows } = await client.query(CALL);
      expect(rows).toEqual([{ user_id: PEOPLE.userId, merchant_id: PEOPLE.merchantId }]);
    } finally {
      client.release(true);
    }
  });
});
