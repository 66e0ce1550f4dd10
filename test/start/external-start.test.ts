import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { pendingMigrations } from '../../src/database/schema/migrate';
import { eventually } from '../setup/processes';
import { runProduct, type Product } from './product';
import { useShop } from './shop';

describe('waybell start on the database of a shop', () => {
  let product: Product | undefined;

  const shop = useShop();
  beforeAll(async () => {
    await shop.db.pool.query(`
      insert into ml_orders (id, user_id, merchant_id) values ('order-1', 'buyer-1', 'merchant-1'), ('order-2', null, null);
      insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', 'YT0001', 'order-1');
    `);
  });
  afterEach(() => product?.end('SIGKILL'));

  /** Rows, columns, indexes, triggers and policies of ml_orders, as text. */
  async function orders(): Promise<string> {
    const { rows } = await shop.db.pool.query<{ everything: string }>(`
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
    product = runProduct(command, shop.settings);
    return { code: await product.exitCode, output: product.output() };
  }

  test('refuses while migrations are missing, shows them, applies them on demand', async () => {
    const refused = await run('start');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('look at them with \\"waybell migrate --plan\\", apply them with');

    const plan = await run('migrate', '--plan');
    expect(plan.output).toContain('create table if not exists waybell.express_updates');
    expect((await pendingMigrations(shop.db.url)).length).toBeGreaterThan(0);

    const applied = await run('migrate');
    expect(applied.output).toMatch(/Applied 0001_waybell, .+\.$/m);
    expect(await pendingMigrations(shop.db.url)).toEqual([]);
    expect((await run('migrate')).output).toMatch(/^Nothing to do\.$/m);
  });

  test('refuses while a trigger feeds the old queue', async () => {
    await shop.db.pool.query(`
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
    await shop.db.pool.query(
      'drop trigger feeds on platform_express_waybills; drop function enqueue; drop table notify_queue',
    );
  });

  test('delivers, has no demo, and leaves ml_orders as it was', async () => {
    const before = await orders();
    product = runProduct(['start'], shop.settings);
    await product.ready();
    expect((await fetch(`http://127.0.0.1:${shop.settings.PORT}/demo`)).status).toBe(404);
    await shop.post('/api/v1/push/register', { cid: 'phone-1', user_id: 'buyer-1' });
    await shop.post('/webhook/express/status', {
      carrier: 'yto',
      tracking_no: 'YT0001',
      status: 'delivered',
      event_text: '已签收',
      event_time: '2026-02-06T10:00:00+08:00',
    });
    await eventually(() => shop.cloud.countFor('phone-1') === 1);
    expect(await product.end('SIGTERM')).toBe(0);
    expect(await orders()).toBe(before);
    expect(product.output()).not.toContain(shop.settings.API_KEYS);
    expect(product.output()).not.toContain(new URL(shop.db.url).password);
  });
});
