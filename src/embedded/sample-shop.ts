import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { PROJECT_ROOT } from '../project-root';

/** Creates the tables that a shop owns. For the embedded database only: a real shop has its own. */
export async function createShopTables(db: Pick<pg.Pool, 'query'>): Promise<void> {
  await runFile(db, 'shop-tables.sql');
}

/** Adds the sample order, its parcel and its phones where they are missing; needs the migrated tables too. */
export async function addSampleRows(db: Pick<pg.Pool, 'query'>): Promise<void> {
  await runFile(db, 'sample-rows.sql');
}

async function runFile(db: Pick<pg.Pool, 'query'>, name: string): Promise<void> {
  await db.query(await readFile(path.join(PROJECT_ROOT, 'src/embedded', name), 'utf8'));
}
