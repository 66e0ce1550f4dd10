import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/schema/migrate';
import { findObstacles } from '../../src/database/schema/obstacles';

/** The role that owns a shop's tables at Supabase: no superuser, but row-level security does not bind it. */
export const SHOP_ROLE = { user: 'postgres', password: 'postgres' };

/** The same database, entered as the shop's role. */
export function asShopRole(url: string): string {
  const entered = new URL(url);
  entered.username = SHOP_ROLE.user;
  entered.password = SHOP_ROLE.password;
  return entered.href;
}

/** Fills an empty database as the old system leaves it; needs a superuser. */
export async function createSeedDatabase(url: string): Promise<void> {
  const schema = await readFile(path.join(__dirname, '../fixtures/seed-schema.sql'), 'utf8');
  await withClient(url, (db) => db.query(schema));
}

/** Does what the person does who follows docs/migrating.md: clears the way with the SQL that was shown, migrates. */
export async function migrateSeedDatabase(url: string): Promise<void> {
  await withClient(asShopRole(url), async (db) => {
    for (const { sql } of await findObstacles(db)) await db.query(sql);
  });
  await migrate(asShopRole(url), () => undefined);
}

async function withClient(
  connectionString: string,
  work: (db: pg.Client) => Promise<unknown>,
): Promise<void> {
  const db = new pg.Client({ connectionString });
  await db.connect();
  try {
    await work(db);
  } finally {
    await db.end();
  }
}
