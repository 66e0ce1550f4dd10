import type { Config } from '../config/config';
import { embeddedPostgresUrl } from '../embedded/postgres';

/** Where the database of a running Waybell is, for its other commands. */
export async function databaseUrl({ database, dataDir }: Config): Promise<string> {
  return database.kind === 'external' ? database.url : embeddedPostgresUrl(dataDir, database.port);
}
