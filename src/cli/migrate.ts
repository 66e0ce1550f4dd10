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
import { inEnglish } from '../shipment/explanation';
import { MigrationRefused } from '../database/schema/obstacles';
import { namingDatabaseUrl } from '../database/why-unreachable';
import { withClient } from '../database/with-client';
import { requireWorkerRole, workerRoleSql } from '../database/schema/access';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell, tellAside } from '../terminal';
import { EXIT } from './exit-codes';
import { say } from './language';
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
    .option(
      '--plan',
      say({
        en: 'only show what was found and the SQL that would run',
        zh: '只显示发现了什么和将执行的 SQL',
      }),
    )
    .option(
      '--worker <role>',
      say({
        en: 'let this role run Waybell: grants, and a function that lends it the orders',
        zh: '让这个角色运行 Waybell：授权，以及供其读取订单的函数',
      }),
    )
    .option(
      '--view',
      say({
        en: `let signed-in people read the scans of their own parcels, by the view ${PAGE_VIEW}`,
        zh: `让登录的人通过视图 ${PAGE_VIEW} 读取自己包裹的扫描记录`,
      }),
    )
    .option(
      '--json',
      say({
        en: 'for programs; what is said on the way goes to standard error',
        zh: '输出 JSON，供程序使用；过程中的说明写到标准错误',
      }),
    )
    .action(async ({ plan, worker, view, json }: MigrateOptions) => {
      const settings = loadDatabaseSettings();
      const { database } = settings;
      for (const line of idleSettings()) tellAside([line]);
      if (database.kind === 'embedded') {
        tell([say(EMBEDDED)]);
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

const EMBEDDED: Explanation = {
  en: 'DATABASE_URL is not set: npm start brings the embedded database up to date by itself.',
  zh: '没有设置 DATABASE_URL：npm start 会自动更新内置的数据库。',
};
const NOTHING: Explanation = { en: 'Nothing to do.', zh: '无需更新。' };
const VIEW_MADE: Explanation = {
  en: `${PAGE_VIEW} shows signed-in people the scans of their own parcels, and nobody else anything.`,
  zh: `${PAGE_VIEW} 让登录的人看到自己包裹的扫描记录，其他人什么也看不到。`,
};

function appliedWords(names: readonly string[]): Explanation {
  return { en: `Applied ${names.join(', ')}.`, zh: `已执行 ${names.join('、')}。` };
}

/** What the database says of itself is English, with the SQL that belongs to it. */
const toKnow = (warning: string): string => say({ en: `To know: ${warning}`, zh: `须知：${warning}` });

async function apply(
  databaseUrl: string,
  settings: DatabaseSettings,
  { worker, view, json }: Omit<MigrateOptions, 'plan'>,
): Promise<void> {
  const report = (line: string): void => (json ? tellAside : tell)([line]);
  if (worker !== undefined) {
    await withClient(databaseUrl, (db) => requireWorkerRole(db, settings.shopTables, worker));
  }
  let applied: string[];
  try {
    applied = await migrate(databaseUrl, report);
    report(say(applied.length === 0 ? NOTHING : appliedWords(applied)));
  } catch (error) {
    if (!(error instanceof MigrationRefused)) throw error;
    tellAside([error.message]);
    process.exitCode = EXIT.trouble;
    return;
  }
  if (worker !== undefined) {
    await withClient(databaseUrl, (db) => db.query(workerRoleSql(settings.shopTables, worker)));
    report(say({ en: `${worker} may run Waybell now.`, zh: `${worker} 现在可以运行 Waybell。` }));
  }
  if (view) await makeView(databaseUrl, settings, report);
  const { problems, warnings } = await withClient(databaseUrl, (db) => checkShop(db, settings));
  const facts = await withClient(databaseUrl, (db) => describeFacts(db, settings.shopTables));
  const optional = await withClient(databaseUrl, (db) => findOptionalIndexes(db, settings.shopTables));
  const known = [...warnings, ...facts, ...inEnglish(optional)];
  for (const warning of known) report(toKnow(warning));
  for (const problem of problems)
    report(say({ en: `Before Waybell starts: ${problem}`, zh: `Waybell 启动之前须解决：${problem}` }));
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
      tellAside([error.message]);
      process.exitCode = EXIT.trouble;
      return;
    }
    report(say(VIEW_MADE));
    for (const { en } of await findMissingIndexes(db, shopTables)) report(toKnow(en));
  });
}
