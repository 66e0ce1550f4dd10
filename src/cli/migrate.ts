import { Command } from 'commander';
import { loadDatabaseSettings, obsoleteSettings, type DatabaseSettings } from '../config';
import { checkShop } from '../database/check-shop';
import { describeMigration } from '../database/describe-migration';
import { migrate, pendingMigrations } from '../database/migrate';
import { MigrationRefused } from '../database/migration-obstacles';
import { withClient } from '../database/with-client';

/** `waybell migrate`: shows, or makes, what an external database lacks. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database of DATABASE_URL up to date')
    .option('--plan', 'only show what was found and the SQL that would run')
    .action(async ({ plan }: { plan?: true }) => {
      const settings = loadDatabaseSettings();
      const { database } = settings;
      for (const line of obsoleteSettings()) console.error(line);
      if (database.kind === 'embedded') {
        console.log('DATABASE_URL is not set: npm start brings the embedded database up to date by itself.');
      } else if (plan) {
        const pending = await pendingMigrations(database.url);
        console.log(await withClient(database.url, (db) => describeMigration(db, pending, settings)));
      } else {
        await apply(database.url, settings);
      }
    });
}

async function apply(databaseUrl: string, settings: DatabaseSettings): Promise<void> {
  try {
    const applied = await migrate(databaseUrl, console.log);
    console.log(applied.length === 0 ? 'Nothing to do.' : `Applied ${applied.join(', ')}.`);
  } catch (error) {
    if (!(error instanceof MigrationRefused)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  const { problems, warnings } = await withClient(databaseUrl, (db) => checkShop(db, settings));
  for (const warning of warnings) console.log(`To know: ${warning}`);
  for (const problem of problems) console.log(`Before Waybell starts: ${problem}`);
}
