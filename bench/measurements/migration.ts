import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Measurement } from '../measurement';
import { PROJECT_ROOT } from '../paths';

const SIZES = {
  full: { notifications: 2_000_000, devices: 1_000_000 },
  quick: { notifications: 100_000, devices: 50_000 },
};
const COMMAND = path.join(PROJECT_ROOT, 'bin/waybell.cjs');
const TABLES = ['express_notifications', 'push_devices'] as const;
type Table = (typeof TABLES)[number];
/** Between two reads of one reader. */
const PAUSE_MS = 5;
const AIM_MS = 1_000;

export const migration: Measurement = {
  name: 'migration',
  title: 'Migrating a shop that goes on',
  method: `\`waybell migrate\` on a database of a shop as the old system leaves it, with ${SIZES.full.notifications.toLocaleString('en')} rows in express_notifications and ${SIZES.full.devices.toLocaleString('en')} in push_devices. One reader for each table asks for one row by its key, again and again, from before the migration to its end; the figure is its longest read. The readers share the two cores with the migration.`,
  async run(lab) {
    const { notifications, devices } = lab.quick ? SIZES.quick : SIZES.full;
    const { waybell } = await lab.sideBySide();
    const server = await connect(waybell.databaseUrl('waybell'));
    await server.query('create database old_shop');
    await server.end();
    const url = waybell.databaseUrl('old_shop');
    const db = await connect(url);
    lab.progress(`filling ${notifications} notifications and ${devices} devices`);
    await db.query(shopSql(notifications, devices));
    await db.query('vacuum analyze');
    await db.end();

    const migrated = new AbortController();
    const readers = TABLES.map((table) => readUntil(url, table, migrated.signal));
    const startedAt = performance.now();
    await migrate(url).finally(() => migrated.abort());
    const seconds = (performance.now() - startedAt) / 1_000;
    const longest = await Promise.all(readers);
    lab.progress(
      `migrated in ${seconds.toFixed(1)} s; longest reads ${longest.map((ms) => ms.toFixed(0)).join(' and ')} ms`,
    );
    return [
      ...TABLES.map((table, index) => ({
        what: `longest read of ${table}`,
        of: 'Waybell' as const,
        unit: 'ms' as const,
        rounds: [[longest[index] ?? 0]],
        aims: { median: AIM_MS },
      })),
      { what: 'the whole migration', of: 'Waybell', unit: 's', rounds: [[seconds]] },
    ];
  },
};

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

/** The columns that the old system's notes name. */
const shopSql = (notifications: number, devices: number): string => `
  create table ml_orders (id uuid primary key, user_id uuid, merchant_id uuid);
  create table platform_express_waybills (
    id uuid primary key default gen_random_uuid(), carrier text, tracking_no text unique, order_id uuid, status text);
  create table express_notifications (
    id bigint primary key, message_id text, waybill_id uuid, order_id uuid, aud varchar(16) not null,
    recipient_id uuid not null, event_text_safe text not null default '', title text, body text, content text,
    send_status varchar(20) not null default 'pending', last_error text, created_at timestamptz not null default now());
  insert into express_notifications (id, message_id, aud, recipient_id, event_text_safe, title, body, content)
  select n, 'evt-' || n, 'user', gen_random_uuid(), repeat('t', 60), 'title', repeat('b', 80), repeat('c', 80)
    from generate_series(1, ${notifications}) n;
  create table push_devices (
    id bigint primary key, appid text default 'default', cid text not null unique, user_id uuid, merchant_id uuid,
    platform text, is_active boolean default true, last_seen_at timestamptz, created_at timestamptz default now());
  insert into push_devices (id, cid, user_id, last_seen_at)
  select n, md5(n::text), gen_random_uuid(), now() from generate_series(1, ${devices}) n;`;

/** @returns the longest read in milliseconds */
async function readUntil(url: string, table: Table, end: AbortSignal): Promise<number> {
  const client = await connect(url);
  let longest = 0;
  while (!end.aborted) {
    const startedAt = performance.now();
    await client.query(`select * from ${table} where id = $1`, [1]);
    longest = Math.max(longest, performance.now() - startedAt);
    await sleep(PAUSE_MS);
  }
  await client.end();
  return longest;
}

async function migrate(url: string): Promise<void> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [COMMAND, 'migrate'], {
    env: { PATH, HOME, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`waybell migrate ended with ${code}`);
}
