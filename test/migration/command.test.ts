import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createEmptyDatabase, type TestDatabase } from '../setup/database';
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
    expect(plan).toMatchObject({ code: 0, output: expect.stringContaining('3 migration(s) would run.') });

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
    expect(applied.output).toContain('Applied 0001_waybell, 0002_express_notifications, 0003_push_devices.');
    expect(applied.output).toContain('Before Waybell starts: Trigger platform_express_waybills.trg_enqueue');

    expect((await run([])).output).toContain('Nothing to do.');
    expect((await run(['--plan'])).output).toContain('-- Nothing to do.');
  });

  test('names what is left of the old settings, and never their values', async () => {
    const { output } = await run(['--plan'], { SUPA_KEY: 'a-service-role-key' });
    expect(output).toContain(
      'SUPA_KEY is not used any more. In its place: the role and password in DATABASE_URL',
    );
    expect(output).not.toContain('a-service-role-key');
  });
});
