import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { google } from '@temporalio/proto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { pendingMigrations } from '../../src/database/migrate';
import { createShopTables } from '../../src/embedded/sample-shop';
import { waitUntilServing } from '../../temporal/dev-server';
import { startCloudFunction, type FakeCloudFunction } from '../setup/cloud-function';
import { createEmptyDatabase, type TestDatabase } from '../setup/database';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { connectTemporal, type TestTemporal } from '../setup/temporal';
import { runProduct, type Product } from './product';

const API_KEY = randomBytes(24).toString('hex');

describe('waybell start on the database of a shop', () => {
  let db: TestDatabase;
  let temporal: TestTemporal;
  let cloud: FakeCloudFunction;
  let dataDir: string;
  let settings: Record<string, string>;
  let product: Product | undefined;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-external-'));
    [db, temporal, cloud] = await Promise.all([
      createEmptyDatabase(),
      connectTemporal(),
      startCloudFunction(),
    ]);
    await createShopTables(db.pool);
    await db.pool.query(`
      insert into ml_orders (id, user_id, merchant_id) values ('order-1', 'buyer-1', 'merchant-1'), ('order-2', null, null);
      insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', 'YT0001', 'order-1');
    `);
    const namespace = `shop-${randomBytes(6).toString('hex')}`;
    await temporal.connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: google.protobuf.Duration.fromObject({ seconds: 24 * 60 * 60 }),
    });
    await waitUntilServing(temporal.address, namespace);
    const [port, pushPort] = await freePorts(2);
    settings = {
      PORT: `${port}`,
      PUSH_PORT: `${pushPort}`,
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: db.url,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: namespace,
      CLOUD_FUNC_URL: cloud.url,
      API_KEYS: API_KEY,
    };
  });
  afterEach(() => product?.end('SIGKILL'));
  afterAll(async () => {
    await Promise.all([db.drop(), temporal.close(), cloud.close(), rm(dataDir, { recursive: true })]);
  });

  async function post(route: string, body: object): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${settings.PORT}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  /** Rows, columns, indexes, triggers and policies of ml_orders, as text. */
  async function orders(): Promise<string> {
    const { rows } = await db.pool.query<{ everything: string }>(`
      select jsonb_pretty(jsonb_build_object(
        'rows', (select jsonb_agg(o order by id) from ml_orders o),
        'columns', (select jsonb_agg(to_jsonb(a) order by attnum) from pg_attribute a where attrelid = 'ml_orders'::regclass),
        'indexes', (select jsonb_agg(indexdef order by indexdef) from pg_indexes where tablename = 'ml_orders'),
        'triggers', (select count(*) from pg_trigger where tgrelid = 'ml_orders'::regclass),
        'policies', (select count(*) from pg_policy where polrelid = 'ml_orders'::regclass),
        'table', (select to_jsonb(c) - '{reltuples,relpages,relallvisible,relfrozenxid,relminmxid}'::text[]
                    from pg_class c where oid = 'ml_orders'::regclass)
      )) as everything`);
    return rows[0]?.everything ?? '';
  }

  async function run(...command: string[]): Promise<{ code: number | null; output: string }> {
    product = runProduct(command, settings);
    return { code: await product.exitCode, output: product.output() };
  }

  test('refuses while migrations are missing, shows them, applies them on demand', async () => {
    const refused = await run('start');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('look at them with \\"waybell migrate --plan\\", apply them with');

    const plan = await run('migrate', '--plan');
    expect(plan.output).toContain('create table if not exists waybell.express_updates');
    expect((await pendingMigrations(db.url)).length).toBeGreaterThan(0);

    const applied = await run('migrate');
    expect(applied.output).toMatch(/Applied 0001_waybell, .+\.$/m);
    expect(await pendingMigrations(db.url)).toEqual([]);
    expect((await run('migrate')).output).toBe('Nothing to do.\n');
  });

  test('refuses while a trigger feeds the old queue', async () => {
    await db.pool.query(`
      create table notify_queue (id bigint generated always as identity, waybill_id uuid);
      create function enqueue() returns trigger language plpgsql as
        $$ begin insert into public.notify_queue (waybill_id) values (new.id); return new; end $$;
      create trigger feeds after update on platform_express_waybills for each row execute function enqueue();
    `);
    const refused = await run('start');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(
      'Trigger platform_express_waybills.feeds (function enqueue) feeds notify_queue',
    );
    await db.pool.query(
      'drop trigger feeds on platform_express_waybills; drop function enqueue; drop table notify_queue',
    );
  });

  test('delivers, has no demo, and leaves ml_orders as it was', async () => {
    const before = await orders();
    product = runProduct(['start'], settings);
    await product.ready();
    expect((await fetch(`http://127.0.0.1:${settings.PORT}/demo`)).status).toBe(404);
    await post('/api/v1/push/register', { cid: 'phone-1', user_id: 'buyer-1' });
    await post('/webhook/express/status', {
      carrier: 'yto',
      tracking_no: 'YT0001',
      status: 'delivered',
      event_text: '已签收',
      event_time: '2026-02-06T10:00:00+08:00',
    });
    await eventually(() => cloud.countFor('phone-1') === 1);
    expect(await product.end('SIGTERM')).toBe(0);
    expect(await orders()).toBe(before);
    expect(product.output()).not.toContain(API_KEY);
    expect(product.output()).not.toContain(new URL(db.url).password);
  });
});
