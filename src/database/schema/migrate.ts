import { runner } from 'node-pg-migrate';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { PROJECT_ROOT } from '../../project-root';
import { buildIndexesAhead, takeTurn } from './indexes-ahead';
import { describeObstacle, describeOldKeys, findObstacles, MigrationRefused } from './obstacles';
import type { Queryable } from '../pool';
import { detectPoolerMode } from './access';
import { inEnglish } from '../../shipment/explanation';
import { findOptionalIndexes } from './shop-indexes';
import { withShortLocks } from './short-locks';
import { withClient } from '../with-client';
import { describeFacts } from './check-facts';
import { checkShopTables, type ShopCheck } from './check-shop';

/** Read where they are written: the compiler does not copy SQL. */
const MIGRATIONS_FOLDER = path.join(PROJECT_ROOT, 'src/database/migrations');
const SCHEMA = 'waybell';
const TABLE = 'migrations';

const POOLED =
  'DATABASE_URL leads through a pooler in transaction mode, where the lock of a migration does not hold: migrate directly, or through its session mode (port 5432 at Supabase). Nothing was changed.';

/**
 * Applies all migrations that the database has not seen, beside a shop that goes on: indexes of large tables are built
 * first, concurrently; then each migration is one short transaction. Under a lock: two that start at once do it once.
 * Killed at any point, the next one goes on from there.
 * @returns their names; empty when there was nothing to do.
 * @throws {MigrationRefused} when rows stand in the way; then nothing was changed.
 * @throws {Error} through a pooler that would lend the locked session to others.
 */
export async function migrate(databaseUrl: string, report: (line: string) => void): Promise<string[]> {
  if ((await detectPoolerMode(databaseUrl)) === 'transaction') throw new Error(POOLED);
  return withClient(databaseUrl, async (client) => {
    await takeTurn(client);
    const pending = await findPendingMigrations(client);
    if (pending.length === 0) return [];
    const obstacles = await findObstacles(client);
    if (obstacles.length > 0) throw new MigrationRefused(obstacles);
    client.on('notice', ({ message }) => {
      if (message !== undefined && !/already exists, skipping$|no transaction in progress$/.test(message))
        report(message);
    });
    await buildIndexesAhead(client, await Promise.all(pending.map(readMigration)), report);
    await withShortLocks(client, report, () =>
      applyAll(client).catch(async (error: unknown) => {
        // The library leaves a migration that failed open.
        await client.query('rollback');
        throw error;
      }),
    );
    return pending;
  });
}

function applyAll(client: pg.Client): Promise<unknown> {
  return runner({
    dbClient: client,
    dir: MIGRATIONS_FOLDER,
    direction: 'up',
    migrationsSchema: SCHEMA,
    migrationsTable: TABLE,
    createMigrationsSchema: true,
    // A transaction for each: none holds a table while it waits for another.
    singleTransaction: false,
    advisoryLockMode: 'wait',
    // What it would say, the caller says in one line; errors are thrown besides.
    log: () => undefined,
  });
}

/** The names of the migrations that `migrate` would apply, in order. Changes nothing. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  return withClient(databaseUrl, findPendingMigrations);
}

/** The SQL of a migration, for people who want to read it first. */
function readMigration(name: string): Promise<string> {
  return readFile(path.join(MIGRATIONS_FOLDER, `${name}.sql`), 'utf8');
}

/** The same, on a connection that is open. */
export async function findPendingMigrations(db: Queryable): Promise<string[]> {
  const files = (await readdir(MIGRATIONS_FOLDER)).filter((file) => file.endsWith('.sql')).sort();
  const applied = await appliedMigrations(db);
  return files.map((file) => path.basename(file, '.sql')).filter((name) => !applied.has(name));
}

async function appliedMigrations(db: Queryable): Promise<Set<string>> {
  const table = `${SCHEMA}.${TABLE}`;
  const { rows } = await db.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [
    table,
  ]);
  if (!rows[0]?.exists) return new Set();
  const applied = await db.query<{ name: string }>(`select name from ${table}`);
  return new Set(applied.rows.map(({ name }) => name));
}

/**
 * Shows what a migration would do and what was found, as SQL that may be read, or run, as it is: everything that
 * is not a migration stands in a comment.
 */
export async function describeMigration(
  db: pg.Client,
  pending: readonly string[],
  check: ShopCheck,
): Promise<string> {
  const { missing, problems, warnings } = await checkShopTables(db, check);
  const obstacles = pending.length > 0 ? await findObstacles(db) : [];
  const blocks = [
    findings('Found', await describeOldKeys(db)),
    findings('In the way of the start', inEnglish([...missing, ...problems])),
    findings('To know', [
      ...inEnglish(warnings),
      ...(missing.length > 0 ? [] : await describeFacts(db, check.shopTables)),
      ...inEnglish(await findOptionalIndexes(db, check.shopTables)),
    ]),
    findings(
      'In the way of the migration, which refuses until you have run this, after a look at the rows',
      inEnglish(obstacles.map(describeObstacle)),
    ),
    ...(await Promise.all(pending.map(async (name) => `-- ${name}\n${await readMigration(name)}`))),
    pending.length === 0 ? '-- Nothing to do.' : `-- ${pending.length} migration(s) would run.`,
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function findings(title: string, found: readonly string[]): string {
  if (found.length === 0) return '';
  const text = found.map((finding) => finding.replaceAll('*/', '* /')).join('\n\n');
  return `/* ${title}:\n\n${text}\n*/`;
}
