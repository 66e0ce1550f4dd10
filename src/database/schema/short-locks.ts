import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** Whoever reads the table waits behind us for so long at most. */
const LOCK_TIMEOUT_MS = 300;
/** Between two tries all who waited behind us get their turn. */
const REST_MS = 700;
/** A transaction that holds a table for longer is a person's, or a mistake. */
const PATIENCE_MS = 10 * 60_000;

const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Runs what needs a table to itself for a moment. `alter table` that waits for a lock makes all reads wait behind it,
 * so it waits briefly and tries again.
 * @throws {Error} when the table was held for ten minutes
 */
export async function withShortLocks<T>(
  client: pg.Client,
  report: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
  const until = Date.now() + PATIENCE_MS;
  try {
    for (let told = false; ; told = true) {
      try {
        return await work();
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        if (Date.now() > until) throw new Error(await describeHolders(client), { cause: error });
        if (!told) report(`${await describeHolders(client)} Tries again until it is free.`);
        await sleep(REST_MS);
      }
    }
  } finally {
    await client.query('reset lock_timeout');
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}

/** Who has held something open for longest, as far as this role may see it. */
async function describeHolders(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string; since: string }>(
    `select pid, coalesce(nullif(application_name, ''), usename, '?') as name,
            to_char(xact_start, 'HH24:MI:SS') as since
       from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
      order by xact_start limit 3`,
  );
  const holders = rows.map(({ pid, name, since }) => `${name} (pid ${pid}, since ${since})`).join(', ');
  return `A transaction holds a table that the migration changes: ${holders === '' ? 'nobody now' : holders}.`;
}
