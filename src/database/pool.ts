import { channel } from 'node:diagnostics_channel';
import pg from 'pg';

/** What a statement needs: a pool, or one client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

/**
 * A statement that runs longer is cut off by PostgreSQL itself. Shorter than the 2 s of a local activity, so
 * that a step which timed out cannot commit beside its fallback.
 */
const STATEMENT_TIMEOUT_MS = 1_500;
const LOCK_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 1_500;

const INSUFFICIENT_PRIVILEGE = '42501';

/** Every transaction is told here that ended because the role may not do what it did, or would not have seen all rows. */
export const PERMISSION_REFUSED = 'waybell.permission-refused';
const permissionRefused = channel(PERMISSION_REFUSED);

export interface PermissionRefusal {
  readonly pool: pg.Pool;
  readonly message: string;
}

export function isPermissionRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE;
}

/** Enough for the default 100 local activities to queue briefly, few enough for a small Supabase plan. */
const POOL_SIZE = 20;

/**
 * Opens the pool that API and worker share. Row-level security is switched to loud: a query that a policy
 * would silently shorten fails with 42501 instead of answering "no rows".
 */
export function openPool(connectionString: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'waybell',
    allowExitOnIdle: true,
  });
  // An idle connection that the server closed must not end the process.
  pool.on('error', onError);
  // Nor one that is lent out: whoever holds it learns of it by the next statement, which fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * Runs `work` in one transaction with the timeouts above and loud row-level security; commits when it
 * returns, rolls back when it throws. `set local` holds behind a transaction-mode pooler too.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (db: pg.PoolClient) => Promise<T>,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(
      `begin; set local statement_timeout = ${statementTimeoutMs}; set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local row_security = off`,
    );
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause));
    });
    if (isPermissionRefusal(error))
      permissionRefused.publish({ pool, message: error.message } satisfies PermissionRefusal);
    throw error;
  } finally {
    client.release(broken);
  }
}
