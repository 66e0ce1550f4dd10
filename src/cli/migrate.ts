import type { Command } from 'commander';
import type pg from 'pg';
import { loadDatabaseSettings, idleSettings, type DatabaseSettings } from '../config/config';
import { describeFacts } from '../database/schema/check-facts';
import { checkShop } from '../database/schema/check-shop';
import {
  findMissingIndexes,
  makePageView,
  PAGE_VIEW,
  pageViewSql,
  ViewRefused,
} from '../database/schema/page-view';
import { describeMigration, migrate, pendingMigrations } from '../database/schema/migrate';
import { findUncountedParcels } from '../database/schema/shop-indexes';
import { MigrationRefused } from '../database/schema/obstacles';
import { namingDatabaseUrl } from '../database/why-unreachable';
import { withClient } from '../database/with-client';
import { requireWorkerRole, workerRoleSql } from '../database/schema/access';
import { print, printAside } from '../terminal';
import { command } from './summaries';

interface MigrateOptions {
  readonly plan?: true;
  readonly worker?: string;
  readonly view?: true;
}

/** `waybell migrate`: shows, or makes, what an external database lacks. */
export function migrateCommand(): Command {
  return command('migrate')
    .option('--plan', 'only show what was found and the SQL that would run')
    .option('--worker <role>', 'let this role run Waybell: grants, and a function that lends it the orders')
    .option('--view', `let signed-in people read the scans of their own parcels, by the view ${PAGE_VIEW}`)
    .action(async ({ plan, worker, view }: MigrateOptions) => {
      const settings = loadDatabaseSettings();
      const { database } = settings;
      for (const line of idleSettings()) printAside(line);
      if (database.kind === 'embedded') {
        print('DATABASE_URL is not set: npm start brings the embedded database up to date by itself.');
      } else if (plan) {
        const pending = await namingDatabaseUrl(() => pendingMigrations(database.url));
        print(await withClient(database.url, (db) => describeMigration(db, pending, settings)));
        if (worker !== undefined) print(`\n-- For ${worker}\n${workerRoleSql(settings.shopTables, worker)}`);
        if (view) print(`\n${await withClient(database.url, (db) => planView(db, settings))}`);
      } else {
        await namingDatabaseUrl(() => apply(database.url, settings, { worker, view }));
      }
    });
}

async function apply(
  databaseUrl: string,
  settings: DatabaseSettings,
  { worker, view }: Pick<MigrateOptions, 'worker' | 'view'>,
): Promise<void> {
  if (worker !== undefined) {
    await withClient(databaseUrl, (db) => requireWorkerRole(db, settings.shopTables, worker));
  }
  try {
    const applied = await migrate(databaseUrl, print);
    print(applied.length === 0 ? 'Nothing to do.' : `Applied ${applied.join(', ')}.`);
  } catch (error) {
    if (!(error instanceof MigrationRefused)) throw error;
    printAside(error.message);
    process.exitCode = 1;
    return;
  }
  if (worker !== undefined) {
    await withClient(databaseUrl, (db) => db.query(workerRoleSql(settings.shopTables, worker)));
    print(`${worker} may run Waybell now.`);
  }
  if (view) await makeView(databaseUrl, settings);
  const { problems, warnings } = await withClient(databaseUrl, (db) => checkShop(db, settings));
  const facts = await withClient(databaseUrl, (db) => describeFacts(db, settings.shopTables));
  const uncounted = await withClient(databaseUrl, (db) => findUncountedParcels(db, settings.shopTables));
  for (const warning of [...warnings, ...facts, ...uncounted]) print(`To know: ${warning}`);
  for (const problem of problems) print(`Before Waybell starts: ${problem}`);
}

/** What is made, or why nothing is; both as SQL, like the rest of the plan. */
async function planView(db: pg.Client, { shopTables }: DatabaseSettings): Promise<string> {
  try {
    return `-- For pages that read PostgREST\n${await pageViewSql(db, shopTables)}`;
  } catch (error) {
    if (!(error instanceof ViewRefused)) throw error;
    return `-- ${error.message}`;
  }
}

async function makeView(databaseUrl: string, { shopTables }: DatabaseSettings): Promise<void> {
  await withClient(databaseUrl, async (db) => {
    try {
      await makePageView(db, shopTables);
    } catch (error) {
      if (!(error instanceof ViewRefused)) throw error;
      printAside(error.message);
      process.exitCode = 1;
      return;
    }
    print(`${PAGE_VIEW} shows signed-in people the scans of their own parcels, and nobody else anything.`);
    for (const warning of await findMissingIndexes(db, shopTables)) print(`To know: ${warning}`);
  });
}
