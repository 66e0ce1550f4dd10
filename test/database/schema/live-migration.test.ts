import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../../src/database/schema/migrate';
import { createEmptyDatabase, type TestDatabase } from '../../setup/database';

/** Large enough that its indexes are built ahead. */
const ROWS = 60_000;
const SHOP = `
  create table express_notifications (id bigint primary key, message_id text, recipient_id text, send_status text);
  insert into express_notifications select n, 'old-' || n, 'u-' || n % 1000, 'success' from generate_series(1, ${ROWS}) n;
  create table push_devices (id bigint primary key, cid text not null unique, user_id text);
  insert into push_devices select n, 'cid-' || n, 'u-' || n from generate_series(1, ${ROWS}) n;`;

describe('a migration beside a shop that goes on', () => {
  let db: TestDatabase;
  let said: string[];
  const run = (): Promise<string[]> => migrate(db.url, (line) => said.push(line));

  beforeEach(async () => {
    db = await createEmptyDatabase();
    said = [];
    await db.pool.query(SHOP);
  });
  afterEach(() => db.drop());

  const indexesOf = async (table: string): Promise<Record<string, boolean>> => {
    const { rows } = await db.pool.query<{ name: string; valid: boolean }>(
      `select c.relname as name, indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
        where indrelid = to_regclass($1) order by 1`,
      [`public.${table}`],
    );
    return Object.fromEntries(rows.map(({ name, valid }) => [name, valid]));
  };

  /** What an index is called in a database that was empty. */
  const expectAllIndexes = async (): Promise<void> => {
    const fresh = await createEmptyDatabase();
    await migrate(fresh.url, () => undefined);
    const { rows } = await fresh.pool.query<{ table: string; name: string }>(
      `select tablename as "table", indexname as name from pg_indexes
        where tablename in ('express_notifications', 'push_devices') and indexname not like '%_pkey'`,
    );
    await fresh.drop();
    expect(rows.length).toBeGreaterThan(10);
    for (const { table, name } of rows) expect((await indexesOf(table))[name]).toBe(true);
  };

  test('builds every index of a large table ahead, and leaves none out', async () => {
    await run();
    const built = said.filter((line) => line.includes('builds the index'));
    expect(built).toContain(
      'public.express_notifications: builds the index express_notifications_message_id_key beside the running shop',
    );
    expect(built.length).toBeGreaterThan(10);
    await expectAllIndexes();
    // The old devices have the time of the migration that listens to them from then on.
    const { rows } = await db.pool.query(
      `select count(*)::int as devices from push_devices d join waybell.migrations m on m.run_on = d.registered_at`,
    );
    expect(rows).toEqual([{ devices: ROWS }]);
    said = [];
    expect(await run()).toEqual([]);
    expect(said).toEqual([]);
  });

  test('what a build that was interrupted has left is built again', async () => {
    await db.pool.query(`
      alter table push_devices add column merchant_id text, add column is_active boolean not null default true`);
    await db.pool.query('create index push_devices_user on push_devices (user_id) where is_active');
    await db.pool.query(
      `update pg_index set indisvalid = false where indexrelid = 'push_devices_user'::regclass`,
    );
    await run();
    await expectAllIndexes();
  });

  test('a reader who does not end holds it up, and nobody waits behind it for long', async () => {
    const person = new pg.Client({ connectionString: db.url, application_name: 'a person' });
    await person.connect();
    await person.query('begin; select count(*) from push_devices');
    const migrating = run();
    let longest = 0;
    const until = Date.now() + 4_000;
    while (Date.now() < until) {
      const startedAt = performance.now();
      await db.pool.query('select from push_devices where id = 1');
      longest = Math.max(longest, performance.now() - startedAt);
      await sleep(20);
    }
    expect(said.join('\n')).toMatch(/A transaction holds a table .* a person \(pid \d+/);
    await person.query('commit');
    await person.end();
    expect((await migrating).length).toBeGreaterThan(9);
    // The lock is waited for 0.3 s at a time; a busy machine adds to it.
    expect(longest).toBeLessThan(2_000);
  });

  test('killed in the middle, it goes on from there', async () => {
    const victim = migrate(db.url, (line) => {
      said.push(line);
      if (line.includes('express_notifications_newest') || line.includes('push_devices_user ')) void kill();
    });
    const kill = async (): Promise<void> => {
      await sleep(10);
      await db.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'waybell-setup'`,
      );
    };
    await expect(victim).rejects.toThrow();
    expect((await run()).length).toBeGreaterThan(9);
    await expectAllIndexes();
  });
});
