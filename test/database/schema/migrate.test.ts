import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { migrate, pendingMigrations } from '../../../src/database/schema/migrate';
import { createEmptyDatabase, type TestDatabase } from '../../setup/database';

const ALL = ['0001_waybell', '0002_express_notifications', '0003_push_devices'];

describe('migrations', () => {
  let db: TestDatabase;
  const notices: string[] = [];
  const run = (): Promise<string[]> => migrate(db.url, (notice) => notices.push(notice));

  beforeEach(async () => {
    db = await createEmptyDatabase();
    notices.length = 0;
  });
  afterEach(() => db.drop());

  test('an empty database gets all of them, and a second run changes nothing', async () => {
    expect(await pendingMigrations(db.url)).toEqual(expect.arrayContaining(ALL));
    expect(await run()).toEqual(expect.arrayContaining(ALL));
    expect(await pendingMigrations(db.url)).toEqual([]);
    expect(await run()).toEqual([]);
  });

  test('asking what is pending writes nothing', async () => {
    await pendingMigrations(db.url);
    const { rows } = await db.pool.query(`select to_regnamespace('waybell') as schema`);
    expect(rows).toEqual([{ schema: null }]);
  });

  test('two that start at once do it once', async () => {
    const runs = await Promise.all([run(), run()]);
    expect(runs.flat().sort()).toEqual(expect.arrayContaining(ALL));
    expect(runs.filter((applied) => applied.length > 0)).toHaveLength(1);
  });

  test('applied again by hand, every file is harmless', async () => {
    await run();
    await db.pool.query('delete from waybell.migrations');
    expect(await run()).toEqual(expect.arrayContaining(ALL));
  });

  test('the tables of the seed keep their rows and get what is missing', async () => {
    await db.pool.query(`
      create table express_notifications (id bigint primary key, message_id text, send_status text);
      create unique index partial on express_notifications (message_id) where message_id is not null;
      insert into express_notifications values (1, 'old', 'success');
      create table push_devices (id uuid primary key default gen_random_uuid(), cid text not null unique, user_id text);
      insert into push_devices (cid, user_id) values ('phone', 'somebody');
    `);
    await run();
    const devices = await db.pool.query('select appid, cid, user_id, is_active from push_devices');
    expect(devices.rows).toEqual([{ appid: 'default', cid: 'phone', user_id: 'somebody', is_active: true }]);
    const insert = `insert into express_notifications (id, message_id) values (2, 'old') on conflict (message_id) do nothing`;
    expect((await db.pool.query(insert)).rowCount).toBe(0);
    expect(notices).toContain('express_notifications: added the plain unique index on message_id');
    expect(notices).not.toContain('express_notifications: created');
  });

  test('a message_id that exists twice is named, and nothing at all is migrated', async () => {
    await db.pool.query(`
      create table express_notifications (id bigint primary key, message_id text);
      insert into express_notifications values (1, 'twice'), (2, 'twice'), (3, 'once');
    `);
    await expect(run()).rejects.toThrow(/message_id more than once[^]*twice: 2 rows/);
    expect(await pendingMigrations(db.url)).toEqual(expect.arrayContaining(ALL));
    const { rows } = await db.pool.query(`select to_regclass('push_devices') as devices`);
    expect(rows).toEqual([{ devices: null }]);
  });
});
