import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openPool } from '../../src/database/pool';
import { opened } from './open-resources';
import { runInfo, type DatabaseKind } from './run-info';
import { asShopRole, SHOP_ROLE } from './seed-database';
import { use } from './use';

export interface TestDatabase {
  readonly url: string;
  /** As the product opens it; its `query` has connections of its own. */
  readonly pool: pg.Pool;
  /** Ends the pool and drops the database; fails when somebody else is still connected. */
  drop(): Promise<void>;
}

/** A session that was closed leaves the list of sessions a moment later. */
const PATIENCE_MS = 3_000;
const LOOK_INTERVAL_MS = 25;

/** A database of its own for one suite: all migrations, and the shop's tables. A seed's is entered as its owner. */
export function createTestDatabase(kind: DatabaseKind = 'embedded'): Promise<TestDatabase> {
  return createDatabase(runInfo().templates[kind], kind === 'seed');
}

/** One for the tests of a suite or of a group. */
export const useDatabase = (kind?: DatabaseKind): TestDatabase =>
  use(async () => {
    const db = await createTestDatabase(kind);
    return { ...db, close: () => db.drop() };
  });

/** A database with nothing in it. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0');
}

async function createDatabase(templateDatabase: string, ownedByShop = false): Promise<TestDatabase> {
  const { postgresUrl } = runInfo();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await maintain(async (client) => {
    const owner = ownedByShop ? SHOP_ROLE.user : 'default';
    await client.query(`create database ${name} template ${templateDatabase} owner ${owner}`);
    // Settings of a database are not copied with its template.
    await client.query(`alter database ${name} set search_path = public, waybell`);
  });
  const closed = opened(`test database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = name;
  const entered = ownedByShop ? asShopRole(url.href) : url.href;
  const pool = openPool(entered, () => undefined);
  // A loaded machine makes tests slow, and not red.
  pool.options.connectionTimeoutMillis = 20_000;
  // What a test asks by itself has no limit of the product's sessions.
  const asked = new pg.Pool({ connectionString: entered, max: 5, allowExitOnIdle: true });
  asked.on('error', () => undefined);
  pool.query = asked.query.bind<typeof pool.query>(asked);

  return {
    url: entered,
    pool,
    drop: async () => {
      if (!pool.ended) await endPool(pool);
      await endPool(asked);
      const sessions = await maintain(async (client) => {
        const left = await remainingSessions(client, name);
        await client.query(`drop database ${name} with (force)`);
        return left;
      });
      closed();
      if (sessions.length > 0)
        throw new Error(`still connected to the test database: ${sessions.join(', ')}`);
    },
  };
}

async function endPool(pool: pg.Pool): Promise<void> {
  const busy = pool.totalCount - pool.idleCount;
  if (busy > 0) throw new Error(`${busy} client(s) of the pool were not released`);
  await pool.end();
}

async function remainingSessions(client: pg.Client, database: string): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query<{ session: string }>(
      `select application_name || ': ' || left(query, 80) as session from pg_stat_activity where datname = $1`,
      [database],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map(({ session }) => session);
    await sleep(LOOK_INTERVAL_MS);
  }
}

async function maintain<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: runInfo().postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
