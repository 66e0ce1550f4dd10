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
import { findOptionalIndexes } from '../database/schema/shop-indexes';
import { MigrationRefused } from '../database/schema/obstacles';
import { namingDatabaseUrl } from '../database/why-unreachable';
import { withClient } from '../database/with-client';
import { requireWorkerRole, workerRoleSql } from '../database/schema/access';
import { asJson, print, printAside } from '../terminal';
import { command } from './summaries';

interface MigrateOptions {
  readonly plan?: true;
  readonly worker?: string;
  readonly view?: true;
  readonly json?: true;
}

/** `waybell migrate`: shows, or makes, what an external database lacks. */
export function migrateCommand(): Command {
  return command('migrate')
    .option('--plan', 'only show what was found and the SQL that would run')
    .option('--worker <role>', 'let this role run Waybell: grants, and a function that lends it the orders')
    .option('--view', `let signed-in people read the scans of their own parcels, by the view ${PAGE_VIEW}`)
    .option('--json', 'for programs; what is said on the way goes to standard error')
    .action(async ({ plan, worker, view, json }: MigrateOptions) => {
      const settings = loadDatabaseSettings();
      const { database } = settings;
      for (const line of idleSettings()) printAside(line);
      if (database.kind === 'embedded') {
        print('DATABASE_URL is not set: npm start brings the embedded database up to date by itself.');
      } else if (plan) {
        const pending = await namingDatabaseUrl(() => pendingMigrations(database.url));
        const sql = await withClient(database.url, (db) => describeMigration(db, pending, settings));
        if (json) return print(asJson({ pending, plan: sql }));
        print(sql);
        if (worker !== undefined) print(`\n-- For ${worker}\n${workerRoleSql(settings.shopTables, worker)}`);
        if (view) print(`\n${await withClient(database.url, (db) => planView(db, settings))}`);
      } else {
        await namingDatabaseUrl(() => apply(database.url, settings, { worker, view, json }));
      }
    });
}

async function apply(
  databaseUrl: string,
  settings: DatabaseSettings,
  { worker, view, json }: Omit<MigrateOptions, 'plan'>,
): Promise<void> {
  const report = json ? printAside : print;
  if (worker !== undefined) {
    await withClient(databaseUrl, (db) => requireWorkerRole(db, settings.shopTables, worker));
  }
  let applied: string[];
  try {
    applied = await migrate(databaseUrl, report);
    report(applied.length === 0 ? 'Nothing to do.' : `Applied ${applied.join(', ')}.`);
  } catch (error) {
    if (!(error instanceof MigrationRefused)) throw error;
    printAside(error.message);
    process.exitCode = 1;
    return;
  }
  if (worker !== undefined) {
    await withClient(databaseUrl, (db) => db.query(workerRoleSql(settings.shopTables, worker)));
    report(`${worker} may run Waybell now.`);
  }
  if (view) await makeView(databaseUrl, settings, report);
  const { problems, warnings } = await withClient(databaseUrl, (db) => checkShop(db, settings));
  const facts = await withClient(databaseUrl, (db) => describeFacts(db, settings.shopTables));
  const optional = await withClient(databaseUrl, (db) => findOptionalIndexes(db, settings.shopTables));
  const known = [...warnings, ...facts, ...optional];
  for (const warning of known) report(`To know: ${warning}`);
  for (const problem of problems) report(`Before Waybell starts: ${problem}`);
  if (json) print(asJson({ applied, to_know: known, problems }));
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

async function makeView(
  databaseUrl: string,
  { shopTables }: DatabaseSettings,
  report: (line: string) => void,
): Promise<void> {
  await withClient(databaseUrl, async (db) => {
    try {
      await makePageView(db, shopTables);
    } catch (error) {
      if (!(error instanceof ViewRefused)) throw error;
      printAside(error.message);
      process.exitCode = 1;
      return;
    }
    report(`${PAGE_VIEW} shows signed-in people the scans of their own parcels, and nobody else anything.`);
    for (const warning of await findMissingIndexes(db, shopTables)) report(`To know: ${warning}`);
  });
}
