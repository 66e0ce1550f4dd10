import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadConfig } from '../../src/config/config';
import { checkShop, type ShopReport } from '../../src/database/schema/check-shop';
import { describeMigration, migrate, pendingMigrations } from '../../src/database/schema/migrate';
import { findObstacles, MigrationRefused } from '../../src/database/schema/obstacles';
import { startCloudFunction, type FakeCloudFunction } from '../setup/cloud-function';
import { createEmptyDatabase, type TestDatabase } from '../setup/database';
import { openOldSystem, type OldSystem } from '../setup/old-system';
import { asShopRole, createSeedDatabase } from '../setup/seed-database';
import { takeShopSnapshot } from '../setup/shop-snapshot';

const TRIGGER = 'platform_express_waybills.trg_enqueue_express_notification';
const ON_THE_WAY = 'TEST_YT_20260206_0007';

describe('a database as the old system leaves it', () => {
  let db: TestDatabase;
  /** As the role that owns the shop's tables. */
  let shop: pg.Pool;
  let url: string;
  let old: OldSystem;
  let cloud: FakeCloudFunction;

  beforeEach(async () => {
    db = await createEmptyDatabase();
    await createSeedDatabase(db.url);
    url = asShopRole(db.url);
    shop = new pg.Pool({ connectionString: url, max: 2 });
    old = openOldSystem(url, 'service_role');
    cloud = await startCloudFunction();
  });
  afterEach(async () => {
    await Promise.all([shop.end(), old.close(), cloud.close()]);
    await db.drop();
  });

  async function plan(): Promise<string> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await describeMigration(client, await pendingMigrations(url), loadConfig({}));
    } finally {
      await client.end();
    }
  }
  const run = (): Promise<string[]> => migrate(url, () => undefined);
  async function clearTheWay(): Promise<void> {
    for (const { sql } of await findObstacles(shop)) await shop.query(sql);
  }
  const check = (allowedTriggers: string[] = [TRIGGER]): Promise<ShopReport> =>
    checkShop(shop, { shopTables: loadConfig({}).shopTables, allowedTriggers });

  test('is told apart in the plan: old keys, repeated rows with the SQL against them, the trigger, the migrations', async () => {
    const before = await takeShopSnapshot(shop);
    const shown = await plan();
    expect(shown).toContain(
      'express_notifications: the unique index ux_express_notifications_message_id on (message_id) is partial, where ',
    );
    expect(shown).toContain('does not match it (error 42P10)');
    expect(shown).toContain('push_devices: the unique index push_devices_cid_key on (cid) stays');
    expect(shown).toContain('express_notifications holds 2 value(s) of message_id more than once, in 4 rows');
    expect(shown).toContain('--   evt-0001:merchant: 2 rows\n--   evt-0001:user: 2 rows\ndelete from');
    expect(shown).toContain('--   seedcid-buyer-3\nupdate public.push_devices set appid');
    expect(shown).toContain(`Trigger ${TRIGGER}`);
    expect(shown).toContain('create table if not exists waybell.express_updates');
    expect(await takeShopSnapshot(shop)).toEqual(before);
    expect((await pendingMigrations(url)).length).toBeGreaterThan(0);
  });

  test('can be migrated with the plan itself, once the way is clear', async () => {
    await clearTheWay();
    await shop.query(await plan());
    expect(await run()).toEqual(expect.arrayContaining(['0001_waybell']));
    expect((await check()).problems).toEqual([]);
  });

  test('is not migrated while rows stand in the way, and they are not touched', async () => {
    const before = await takeShopSnapshot(shop);
    const refusal = await run().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MigrationRefused);
    expect((refusal as Error).message).toContain('delete from public.express_notifications');
    expect(await takeShopSnapshot(shop)).toEqual(before);
    const { rows } = await shop.query(`select to_regclass('waybell.express_updates') as ours`);
    expect(rows).toEqual([{ ours: null }]);
  });

  test('keeps the newest row of each repeated key, and every row without one, when the printed SQL has run', async () => {
    await clearTheWay();
    const { rows } = await shop.query(
      `select message_id, extract(second from created_at)::int as second from express_notifications
        order by message_id nulls last, created_at`,
    );
    expect(rows).toEqual([
      { message_id: 'evt-0001:merchant', second: 4 },
      { message_id: 'evt-0001:user', second: 3 },
      { message_id: 'evt-0003:user', second: 2 },
      { message_id: null, second: 0 },
      { message_id: null, second: 0 },
    ]);
    expect(await findObstacles(shop)).toEqual([]);
  });

  test('keeps the device that was seen last where one cid has several rows', async () => {
    await shop.query(`
      alter table push_devices drop constraint push_devices_cid_key;
      insert into push_devices (appid, cid, user_id, last_seen_at) values
        ('default', 'seedcid-buyer-3', '0a000000-0000-4000-8000-000000000003', '2026-03-11'),
        ('default', 'seedcid-buyer-1', '0a000000-0000-4000-8000-000000000002', '2026-02-11'),
        ('other', 'seedcid-buyer-1', '0a000000-0000-4000-8000-000000000001', '2026-02-11')`);
    await clearTheWay();
    await run();
    const { rows } = await shop.query(
      `select appid, cid, right(user_id::text, 1) as owner from push_devices where cid ~ '[13]$' order by cid, appid`,
    );
    expect(rows).toEqual([
      { appid: 'default', cid: 'seedcid-buyer-1', owner: '1' },
      { appid: 'other', cid: 'seedcid-buyer-1', owner: '1' },
      { appid: 'default', cid: 'seedcid-buyer-3', owner: '3' },
    ]);
  });

  test('is the same afterwards in everything that is the shop’s: rows, policies, grants, owners, functions, triggers', async () => {
    await clearTheWay();
    const before = await takeShopSnapshot(shop);
    expect((await run()).length).toBeGreaterThan(0);
    const after = await takeShopSnapshot(shop);
    expect(after).toMatchObject(before);
    expect(await run()).toEqual([]);
    expect(await takeShopSnapshot(shop)).toEqual(after);
    await shop.query('delete from waybell.migrations');
    await run();
    expect(await takeShopSnapshot(shop)).toEqual(after);
  });

  test('lets nobody but its owner into the tables of Waybell', async () => {
    await clearTheWay();
    await run();
    for (const role of ['anon', 'authenticated', 'service_role']) {
      const { rows } = await shop.query(
        `select has_schema_privilege($1, 'waybell', 'usage') as usage,
                bool_or(has_table_privilege($1, oid, 'select')) as "select"
           from pg_class where relnamespace = 'waybell'::regnamespace and relkind = 'r'`,
        [role],
      );
      expect(rows).toEqual([{ usage: false, select: false }]);
    }
  });

  test('starts once its trigger is allowed, and says what would go wrong', async () => {
    await clearTheWay();
    await run();
    expect(await check()).toEqual({ problems: [], warnings: [], mends: [] });
    expect((await check([])).problems).toEqual([expect.stringContaining(TRIGGER)]);

    await shop.query(`
      alter table platform_express_waybills add column shop_no text not null default '';
      alter table platform_express_waybills alter shop_no drop default;
      alter table express_notifications add column channel text not null default '',
        add check (send_status in ('pending', 'success', 'failed', 'no-targets')),
        alter column message_id type varchar(64);
      alter table express_notifications alter channel drop default;
      alter table push_devices add column vendor text not null default '';
      alter table push_devices alter vendor drop default;
    `);
    expect(await check()).toEqual({
      problems: [
        'public.express_notifications.channel must not be null, and Waybell may not fill it (error 23502): give it a default.',
        'public.push_devices.vendor must not be null, and Waybell may not fill it (error 23502): give it a default.',
        expect.stringMatching(
          /^public\.express_notifications\.message_id \(character varying\(64\)\) does not take 0/,
        ),
        'public.express_notifications.send_status (character varying(20)) does not take sending, partial, superseded, which Waybell writes: let it, or give Waybell a column of its own.',
      ],
      warnings: [
        'public.platform_express_waybills.shop_no must not be null and has no default: a webhook about a waybill that the shop has not stored waits until it is (error 23502).',
      ],
      mends: [],
    });
  });

  test('still serves the old system, and its upserts on message_id work for the first time', async () => {
    await old.receiveWebhook(ON_THE_WAY, 'failed_attempt', '派送未成功');
    await expect(old.runNotifyWorker()).rejects.toMatchObject({ code: '42P10' });

    await clearTheWay();
    await run();
    expect(await old.runNotifyWorker()).toEqual([{ process_status: 'queued', last_error: null }]);
    expect(await old.runConsumer(cloud.url)).toBe(2);
    expect([cloud.countFor('seedcid-buyer-2'), cloud.countFor('seedcid-merchant')]).toEqual([1, 1]);

    // The phone changes hands: one row, by the key that the old system knows.
    const user_id = '0a000000-0000-4000-8000-000000000001';
    await old.registerDevice({ cid: 'seedcid-buyer-2', user_id, merchant_id: null });
    await old.registerDevice({ cid: 'seedcid-new', user_id, merchant_id: null });
    const { rows } = await shop.query(
      `select cid from push_devices where user_id = $1 and provider = 'unicloud' order by cid`,
      [user_id],
    );
    expect(rows.map(({ cid }: { cid: string }) => cid)).toEqual([
      'seedcid-buyer-1',
      'seedcid-buyer-2',
      'seedcid-new',
    ]);

    const worker = new pg.Client({
      connectionString: url,
      options: '-c app.notify_worker_token=long-and-random',
    });
    await worker.connect();
    const { rowCount } = await worker.query(
      `select from notify_get_order_recipients('0d000000-0000-4000-8000-000000000002', 'long-and-random')`,
    );
    await worker.end();
    expect(rowCount).toBe(1);
  });
});
