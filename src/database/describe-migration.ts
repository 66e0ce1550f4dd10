import type pg from 'pg';
import { checkShopTables, type ShopCheck } from './schema/check-shop';
import { describeObstacle, findObstacles } from './schema/obstacles';
import { describeOldKeys } from './old-keys';
import { readMigration } from './schema/migrate';

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
    findings('In the way of the start', [...missing, ...problems]),
    findings('To know', warnings),
    findings(
      'In the way of the migration, which refuses until you have run this, after a look at the rows',
      obstacles.map(describeObstacle),
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
