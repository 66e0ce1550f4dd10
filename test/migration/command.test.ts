import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../setup/database';
import { asShopRole, createSeedDatabase } from '../setup/seed-database';
import { runProduct } from '../start/product';

const DELETE = /^delete from public\.express_notifications.*?;$/ms;
const UPDATE = /^update public\.push_devices.*?;$/ms;

describe('waybell migrate', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await createEmptyDatabase();
    await createSeedDatabase(db.url);
  });
  afterEach(() => db.drop());

  async function run(
    args: readonly string[],
    settings: Record<string, string> = {},
  ): Promise<{ code: number | null; output: string }> {
    const product = runProduct(['migrate', ...args], { DATABASE_URL: asShopRole(db.url), ...settings });
    return { code: await product.exitCode, output: product.output() };
  }
  async function psql(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: asShopRole(db.url) });
    await client.connect();
    await client.query(sql);
    await client.end();
  }

  test('needs no other setting, refuses with SQL that can be copied as it stands, and then migrates', async () => {
    const plan = await run(['--plan']);
    expect(plan).toMatchObject({
      code: 0,
      output: expect.stringMatching(/-- \d+ migration\(s\) would run\./),
    });

    const refused = await run([]);
    expect(refused.code).toBe(1);
    expect(refused.output).not.toContain('    at ');
    for (const pattern of [DELETE, UPDATE]) {
      const [sql = ''] = pattern.exec(refused.output) ?? [];
      expect(plan.output).toContain(sql);
      await psql(sql);
    }

    const applied = await run([]);
    expect(applied.code).toBe(0);
    expect(applied.output).toContain('express_notifications: added the plain unique index on message_id');
    expect(applied.output).toContain('Applied 0001_waybell, 0002_express_notifications, 0003_push_devices, ');
    expect(applied.output).toContain('Before Waybell starts: Trigger platform_express_waybills.trg_enqueue');

    expect((await run([])).output).toContain('Nothing to do.');
    const view = 'create view public.waybell_scans with (security_barrier) as';
    expect((await run(['--plan', '--view'])).output).toContain(view);
    const made = await run(['--view']);
    expect(made).toMatchObject({ code: 0, output: expect.stringContaining('public.waybell_scans shows') });
    expect(made.output).toContain(
      'To know: public.platform_express_waybills has no index that begins with order_id',
    );
    expect((await run(['--plan'])).output).toContain('-- Nothing to do.');
  });

  test('shows what it would give a role of Waybell’s own, refuses one that is not there, and then gives it', async () => {
    const name = `waybell_worker_${process.pid}`;
    const plan = await run(['--plan', '--worker', name]);
    expect(plan.output).toContain(`grant execute on function waybell.order_recipients(text) to "${name}";`);
    for (const pattern of [DELETE, UPDATE]) await psql(pattern.exec(plan.output)?.[0] ?? '');

    const refused = await run(['--worker', name]);
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining(`There is no role ${name}. Make it`),
    });
    expect((await run(['--plan'])).output).toContain('would run.');

    await psql(`create role ${name} login bypassrls`);
    try {
      const given = await run(['--worker', name]);
      expect(given).toMatchObject({
        code: 0,
        output: expect.stringContaining(`${name} may run Waybell now.`),
      });
    } finally {
      await psql(`grant ${name} to current_user; drop owned by ${name}; drop role ${name}`);
    }
  });

  test('names what is left of the old settings, and never their values', async () => {
    const { output } = await run(['--plan'], { SUPA_KEY: 'a-service-role-key' });
    expect(output).toContain(
      'SUPA_KEY is not used any more. In its place: the role and password in DATABASE_URL',
    );
    expect(output).not.toContain('a-service-role-key');
  });
});

describe('waybell import-queue', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await createTestDatabase('seed');
  });
  afterEach(() => db.drop());

  async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
    const product = runProduct(['import-queue', ...args], {
      DATABASE_URL: db.url,
      CLOUD_FUNC_URL: 'http://127.0.0.1:9/push',
      DEVICE_REGISTRATION: 'key',
      UNSIGNED_WEBHOOKS: 'allow',
    });
    return { code: await product.exitCode, output: product.output() };
  }

  test('refuses while the trigger feeds the queue, or a column has another name', async () => {
    const fed = await run('--dry-run');
    expect(fed).toMatchObject({ code: 1, output: expect.stringContaining('feeds notify_queue') });
    await db.pool.query('alter table platform_express_waybills disable trigger user');
    const misnamed = await run('--dry-run', '--columns', '{"status":"event_type"}');
    expect(misnamed).toEqual({
      code: 1,
      output: 'public.notify_queue has no column event_type: --columns says what it is called.\n',
    });
  });

  test('counts what it would do, and names each row that it would leave', async () => {
    await db.pool.query(`
      alter table platform_express_waybills disable trigger user;
      insert into notify_queue (id, waybill_id, event_status)
        select gen_random_uuid(), id, 'delivered' from platform_express_waybills;
      insert into notify_queue (id, waybill_id, event_status)
        select '0c000000-0000-4000-8000-00000000000f', id, 'lost in space' from platform_express_waybills limit 1;
    `);
    const { code, output } = await run('--dry-run');
    expect(code).toBe(1);
    expect(output).toContain(
      '0c000000-0000-4000-8000-00000000000f stays in the queue: its status "lost in space" is not known: STATUS_MAP says what it means\n' +
        '3 open rows: 2 deliveries, 1 rows refused. Nothing was changed: leave out --dry-run to import them.\n',
    );
  });
});
