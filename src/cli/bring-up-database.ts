import { checkShop } from '../database/schema/check-shop';
import { migrate, pendingMigrations } from '../database/schema/migrate';
import { startEmbeddedPostgres } from '../embedded/postgres';
import { addSampleRows, createShopTables } from '../embedded/sample-shop';
import type { BringUp } from '../process/bring-up';
import { delivers } from '../process/locks';
import { withClient } from '../database/with-client';

/**
 * Makes a database ready for deliveries: the embedded one is created, migrated and filled with the sample shop;
 * an external one is only looked at, and by a process that only takes requests not yet.
 * @returns its URL.
 */
export async function bringUpDatabase(context: BringUp): Promise<string> {
  const { database } = context.config;
  if (database.kind === 'embedded') return bringUpEmbedded(context, database.port);
  if (delivers(context.role)) await requireReadyDatabase(context);
  return database.url;
}

async function bringUpEmbedded({ config, logs, supervisor }: BringUp, port: number): Promise<string> {
  const { url, part } = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    port,
    report: logs.progress,
  });
  supervisor.add({ name: part.name, ended: part.exited, stop: () => part.stop() });
  await withClient(url, createShopTables);
  await migrate(url, (notice) => logs.log.info(notice));
  await withClient(url, addSampleRows);
  return url;
}

/** @throws {Error} naming what an external database lacks. */
export async function requireReadyDatabase({ config, logs }: BringUp): Promise<void> {
  const { database } = config;
  if (database.kind === 'embedded') return;
  const { url } = database;
  const pending = await pendingMigrations(url);
  if (pending.length > 0) {
    throw new Error(
      `The database lacks ${pending.length} migration(s) (${pending.join(', ')}): look at them with "waybell migrate --plan", apply them with "waybell migrate".`,
    );
  }
  const { problems, warnings } = await withClient(url, (client) => checkShop(client, config));
  for (const warning of warnings) logs.log.warn(warning);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
