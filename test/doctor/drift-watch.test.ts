import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import pino from 'pino';
import { createAlarms, type AlarmName, type Alarms } from '../../src/alarms';
import { loadConfig } from '../../src/config/config';
import { inTransaction, openPool } from '../../src/database/pool';
import { watchDrift, type DriftWatch } from '../../src/doctor/drift-watch';
import { createTestDatabase, type TestDatabase } from '../setup/database';
import { eventually } from '../setup/processes';

const role = `drift_${process.pid}`;
const { shopTables, allowedTriggers } = loadConfig({});
const PATIENCE_MS = 30_000;

describe('the watch over the database', () => {
  let db: TestDatabase;
  let pool: pg.Pool;
  let alarms: Alarms;
  let watch: DriftWatch;
  /** How many have come to their end. */
  let looks = 0;
  const lines: { level: string; alarm?: string; msg: string }[] = [];

  beforeAll(async () => {
    db = await createTestDatabase();
    await db.pool.query(`
      create role ${role} login password 'x' bypassrls;
      grant usage on schema waybell to ${role};
      grant select, insert, update, delete on all tables in schema public, waybell to ${role};
    `);
    const url = new URL(db.url);
    url.username = role;
    url.password = 'x';
    pool = openPool(url.href, () => undefined);
  });
  afterEach(async () => {
    await watch.stop();
    lines.length = 0;
  });
  afterAll(async () => {
    await pool.end();
    await db.pool.query(`drop owned by ${role}; drop role ${role}`);
    await db.drop();
  });

  function start(intervalMs: number): void {
    const log = pino(
      { level: 'debug', formatters: { level: (level) => ({ level }) }, base: null },
      { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
    );
    alarms = createAlarms(log);
    const counting: Alarms = {
      ...alarms,
      set(name, sentences) {
        alarms.set(name, sentences);
        // Every look sets it, as the last one.
        if (name === 'old-queue-fed') looks += 1;
      },
    };
    watch = watchDrift({ pool, shopTables, allowedTriggers, alarms: counting, log, intervalMs });
  }
  const isOn = (name: AlarmName) => (): boolean => alarms.active().includes(name);
  const looked = (more: number): Promise<void> => {
    const enough = looks + more;
    return eventually(() => looks >= enough, PATIENCE_MS);
  };
  const isQuiet = (): boolean => alarms.active().length === 0;

  test.each([
    [
      'row-level security that is switched on',
      'rows-hidden',
      `alter role ${role} nobypassrls; alter table ml_orders enable row level security`,
      `alter role ${role} bypassrls; alter table ml_orders disable row level security`,
    ],
    [
      'a grant that is revoked',
      'grant-missing',
      `revoke select on ml_orders from ${role}`,
      `grant select on ml_orders to ${role}`,
    ],
    [
      'a schema that is closed',
      'grant-missing',
      `revoke usage on schema waybell from ${role}`,
      `grant usage on schema waybell to ${role}`,
    ],
    [
      'a column that is renamed',
      'tables-changed',
      'alter table platform_express_waybills rename tracking_no to waybill_no',
      'alter table platform_express_waybills rename waybill_no to tracking_no',
    ],
    [
      'a unique index that is dropped',
      'unique-key-missing',
      'drop index express_notifications_message_id_key',
      'create unique index express_notifications_message_id_key on express_notifications (message_id)',
    ],
    [
      'a migration that a restored backup lacks',
      'migration-missing',
      `create table kept as select * from waybell.migrations; delete from waybell.migrations where name like '0004%'`,
      `insert into waybell.migrations overriding system value select * from kept where name like '0004%'; drop table kept`,
    ],
    [
      'a trigger that feeds the old queue',
      'old-queue-fed',
      `create function feed() returns trigger language plpgsql as
         $$ begin insert into notify_queue default values; return new; end $$;
       create trigger feeds after update on platform_express_waybills for each row execute function feed()`,
      'drop trigger feeds on platform_express_waybills; drop function feed',
    ],
  ] as const)('raises an alarm for %s: once, until it is healed', async (_, name, breaks, heals) => {
    start(50);
    await eventually(isQuiet);
    await db.pool.query(breaks);
    const raised = (): number => lines.filter((line) => line.level === 'error' && line.alarm === name).length;
    try {
      await eventually(isOn(name), PATIENCE_MS);
      // A look during the change may have seen half of it.
      await looked(2);
      const before = raised();
      await looked(3);
      expect(raised()).toBe(before);
    } finally {
      await db.pool.query(heals);
    }
    await eventually(isQuiet, PATIENCE_MS);
    expect(lines.filter((line) => line.level === 'warn' && line.alarm === name)).toHaveLength(1);
  });

  test('says anew when a dropped policy hides every row instead of some', async () => {
    await db.pool.query(`
      alter role ${role} nobypassrls; alter table ml_orders enable row level security;
      create policy mine on ml_orders using (user_id = 'me')`);
    start(50);
    const says = (words: string) => (): boolean => lines.some(({ msg }) => msg.includes(words));
    await eventually(says('may hide rows of public.ml_orders'), PATIENCE_MS);
    await db.pool.query('drop policy mine on ml_orders');
    await eventually(says('may hide every row of public.ml_orders'), PATIENCE_MS);
    await db.pool.query(`alter role ${role} bypassrls; alter table ml_orders disable row level security`);
  });

  test('a refused statement (42501) raises the alarm at once, and the look that explains it', async () => {
    start(30_000);
    await looked(1);
    expect(isQuiet()).toBe(true);
    await db.pool.query(`alter role ${role} nobypassrls; alter table ml_orders enable row level security`);
    const read = inTransaction(pool, (client) => client.query('select from ml_orders'));
    await expect(read).rejects.toThrow('query would be affected by row-level security policy');
    expect(isOn('permission-refused')()).toBe(true);
    await eventually(isOn('rows-hidden'), PATIENCE_MS);
    await db.pool.query(`alter role ${role} bypassrls; alter table ml_orders disable row level security`);
  });

  test('keeps its alarms while PostgreSQL is away, and ends when asked to', async () => {
    await db.pool.query('drop index push_devices_appid_cid_key');
    start(50);
    await eventually(isOn('unique-key-missing'), PATIENCE_MS);
    const lost = openPool('postgresql://nobody@127.0.0.1:1/none', () => undefined);
    const other = watchDrift({
      pool: lost,
      shopTables,
      allowedTriggers,
      alarms,
      log: pino({ level: 'silent' }),
      intervalMs: 20,
    });
    await sleep(200);
    expect(isOn('unique-key-missing')()).toBe(true);
    await other.stop();
    await lost.end();
    await db.pool.query('create unique index push_devices_appid_cid_key on push_devices (appid, cid)');
  });
});
