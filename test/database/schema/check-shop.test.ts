import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadConfig, type ShopTables } from '../../../src/config/config';
import { checkShop } from '../../../src/database/schema/check-shop';
import { createTestDatabase, type TestDatabase } from '../../setup/database';

const { shopTables } = loadConfig({});

describe('the look at a shop’s database', () => {
  let db: TestDatabase;
  const check = async (
    tables: ShopTables = shopTables,
    allowedTriggers: string[] = [],
  ): Promise<readonly string[]> =>
    (await checkShop(db.pool, { shopTables: tables, allowedTriggers })).problems;

  beforeEach(async () => {
    db = await createTestDatabase();
  });
  afterEach(() => db.drop());

  test('finds nothing where all is as the settings say', async () => {
    expect(await check()).toEqual([]);
  });

  test('names every table and column that the mapping does not find', async () => {
    const tables: ShopTables = {
      orders: { ...shopTables.orders, table: 'orders' },
      waybills: { ...shopTables.waybills, trackingNo: 'number', orderId: 'order' },
    };
    expect(await check(tables)).toEqual([
      'The shop’s table public.orders does not exist; SHOP_TABLES says where it is.',
      'The shop’s table public.platform_express_waybills has no column number; waybills.trackingNo of SHOP_TABLES says what it is called.',
      'The shop’s table public.platform_express_waybills has no column order; waybills.orderId of SHOP_TABLES says what it is called.',
    ]);
  });

  test('names each column that a webhook looks for without an index, with the SQL that builds one', async () => {
    const warnings = async (): Promise<readonly string[]> =>
      (await checkShop(db.pool, { shopTables, allowedTriggers: [] })).warnings;
    expect(await warnings()).toEqual([]);
    await db.pool.query(`
      drop index platform_express_waybills_number;
      create index on platform_express_waybills (carrier, tracking_no);
      create index on platform_express_waybills (tracking_no) where order_id is not null;
      alter table ml_orders drop constraint ml_orders_pkey;
    `);
    const found = await warnings();
    expect(found).toEqual([
      'public.ml_orders has no index that begins with id, so that every webhook reads the whole table. Build one: create index concurrently on "public"."ml_orders" ("id");',
      'public.platform_express_waybills has no index that begins with tracking_no, so that every webhook reads the whole table. Build one: create index concurrently on "public"."platform_express_waybills" ("tracking_no");',
    ]);
    for (const sentence of found) await db.pool.query(sentence.slice(sentence.indexOf('create index')));
    expect(await warnings()).toEqual([]);
  });

  test('names triggers that feed the old queue, until they are allowed or disabled', async () => {
    await db.pool.query(`
      create table notify_queue (id bigint generated always as identity, waybill_id uuid);
      create function enqueue() returns trigger language plpgsql as
        $$ begin insert into public.notify_queue (waybill_id) values (new.id); return new; end $$;
      create function harmless() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger feeds after update on platform_express_waybills for each row execute function enqueue();
      create trigger touches before update on platform_express_waybills for each row execute function harmless();
    `);
    expect(await check()).toEqual([
      expect.stringContaining(
        'Trigger platform_express_waybills.feeds (function enqueue) feeds notify_queue',
      ),
    ]);
    expect(await check(shopTables, ['platform_express_waybills.feeds'])).toEqual([]);
    await db.pool.query('alter table platform_express_waybills disable trigger feeds');
    expect(await check()).toEqual([]);
  });

  test('names words that a column does not take: of another type, an enum without them, too narrow, checked', async () => {
    await db.pool.query(`
      alter table platform_express_waybills alter status type smallint using null;
      alter table express_notifications add check (aud in ('user', 'shop') and aud <> ''),
        alter send_status type varchar(7);
    `);
    expect(await check()).toEqual([
      'public.express_notifications.aud (text) does not take merchant, which Waybell writes: let it, or give Waybell a column of its own.',
      'public.express_notifications.send_status (character varying(7)) does not take no-targets, superseded, which Waybell writes: let it, or give Waybell a column of its own.',
      expect.stringContaining(
        'public.platform_express_waybills.status (smallint) does not take info_received, ',
      ),
    ]);
    await db.pool.query(`
      create type parcel_status as enum ('created', 'in_transit', 'delivered');
      alter table platform_express_waybills alter status type parcel_status using null;
    `);
    expect(await check()).toContainEqual(
      expect.stringMatching(/status \(parcel_status\) does not take info_received, picked_up, customs, /),
    );
  });

  describe('as a role of its own', () => {
    const role = `worker_${process.pid}`;
    let worker: pg.Client;

    beforeEach(async () => {
      await db.pool.query(`
        create role ${role} login password 'x';
        grant usage on schema waybell to ${role};
        grant select, insert, update, delete on all tables in schema public, waybell to ${role};
      `);
      const url = new URL(db.url);
      url.username = role;
      url.password = 'x';
      worker = new pg.Client({ connectionString: url.href });
      await worker.connect();
    });
    afterEach(async () => {
      await worker.end();
      await db.pool.query(`drop owned by ${role}; drop role ${role}`);
    });

    const checkAsWorker = async (table: string): Promise<string[]> => {
      const { problems } = await checkShop(worker, { shopTables, allowedTriggers: [] });
      return problems.filter((line) => line.includes(table));
    };

    test('a missing grant is told as such', async () => {
      await db.pool.query(`revoke update on push_devices from ${role}; revoke all on ml_orders from ${role}`);
      expect(await checkAsWorker('push_devices')).toContain(
        `Role ${role} lacks UPDATE on public.push_devices (error 42501).`,
      );
      expect(await checkAsWorker('ml_orders')).toEqual([
        `Role ${role} lacks SELECT on public.ml_orders (error 42501).`,
      ]);
    });

    test('row-level security that may hide orders is told, with and without a policy', async () => {
      expect(await checkAsWorker('ml_orders')).toEqual([]);
      await db.pool.query('alter table ml_orders enable row level security');
      expect(await checkAsWorker('ml_orders')).toEqual([
        `Row-level security may hide every row of public.ml_orders from role ${role}, silently: connect as its owner or as a role with BYPASSRLS.`,
      ]);
      await db.pool.query(`create policy mine on ml_orders for select using (user_id = 'me')`);
      expect(await checkAsWorker('ml_orders')).toEqual([
        expect.stringContaining('Row-level security may hide rows of public.ml_orders'),
      ]);
      await db.pool.query(`alter role ${role} bypassrls`);
      expect(await checkAsWorker('ml_orders')).toEqual([]);
    });
  });
});
