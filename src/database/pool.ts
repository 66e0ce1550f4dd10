import { channel } from 'node:diagnostics_channel';
import pg from 'pg';

/** What a statement needs: a pool, or one client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

/**
 * A statement that runs longer is cut off by PostgreSQL itself. Shorter than the 2 s of a local activity, so
 * that a step which timed out cannot commit beside its fallback.
 */
export const STATEMENT_TIMEOUT_MS = 1_500;
const LOCK_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 1_500;
/** PostgreSQL has cut a statement off by then, and its word had this long to arrive: no answer means no server. */
const ANSWER_TRAVELS_MS = 1_000;
/** A transaction whose client vanished keeps its locks no longer than this; the TCP of the server takes hours. */
const ABANDONED_AFTER_MS = 4_000;
/** How often an idle connection shows the firewalls on its way that it is needed. */
const KEEP_ALIVE_MS = 10_000;

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

/** Which connection a transaction has. */
const connections = new WeakMap<Queryable, pg.ClientBase>();

/** What stays the same from one transaction to the next, and so may be asked for what was learned before. */
export const connectionOf = (db: Queryable): object => connections.get(db) ?? db;

/** When a connection was opened, and when the last one of a pool was lost; `performance.now()`. */
const openedAt = new WeakMap<pg.ClientBase, number>();
const lostAt = new WeakMap<pg.Pool, number>();

/**
 * Opens the pool that API and worker share. The product asks it by `inTransaction` alone: a statement outside of one
 * has no limit.
 */
export function openPool(connectionString: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'waybell',
    allowExitOnIdle: true,
  });
  // An idle connection that the server closed must not end the process.
  pool.on('error', onError);
  pool.on('connect', (client) => {
    openedAt.set(client, performance.now());
    // Nor one that is lent out: whoever holds it learns of it by the next statement, which fails.
    client.on('error', () => undefined);
  });
  return pool;
}

/**
 * Runs `work` in one transaction with the timeouts above and loud row-level security; commits when it
 * returns, rolls back when it throws. `set local` holds behind a transaction-mode pooler too. The isolation level is said,
 * since a server or a role may have another default: who has waited for a lock must see what the other has written.
 *
 * A server that vanished without a word answers nothing: a statement that has no answer in time takes its connection
 * with it, and those that were opened before.
 * @param statementMs how long PostgreSQL lets one statement run; milliseconds
 * @param until the end of the whole, once it has a connection: `performance.now()`
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (db: Queryable) => Promise<T>,
  statementMs = STATEMENT_TIMEOUT_MS,
  until = Infinity,
): Promise<T> {
  const client = await takeConnection(pool);
  /** Why the connection cannot be lent again. */
  let broken: Error | undefined;

  async function query(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    const leftMs = Math.floor(until - performance.now());
    if (leftMs <= 0) throw (broken = new Error('the time of the transaction is over'));
    const statement = { text, values, query_timeout: Math.min(statementMs + ANSWER_TRAVELS_MS, leftMs) };
    try {
      return await client.query(statement);
    } catch (error) {
      // What is not PostgreSQL's own word leaves a connection that may still be busy, or leads nowhere.
      if (!(error instanceof pg.DatabaseError)) {
        broken = error instanceof Error ? error : new Error(String(error));
        lostAt.set(pool, performance.now());
      }
      throw error;
    }
  }

  try {
    await query(
      `begin isolation level read committed; set local statement_timeout = ${statementMs}; set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local idle_in_transaction_session_timeout = ${ABANDONED_AFTER_MS}; set local row_security = off`,
    );
    const db = { query } as Queryable;
    connections.set(db, client);
    const result = await work(db);
    await query('commit');
    return result;
  } catch (error) {
    if (!broken) await query('rollback').catch((cause: Error) => (broken = cause));
    if (isPermissionRefusal(error))
      permissionRefused.publish({ pool, message: error.message } satisfies PermissionRefusal);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Undoes what `work` has written once it has said what comes of it: what PostgreSQL would refuse, it refuses here too. */
export async function undoing<T>(db: Queryable, work: () => Promise<T>): Promise<T> {
  await db.query('savepoint trial');
  const result = await work();
  await db.query('rollback to savepoint trial');
  return result;
}

/** A connection that was opened after the last one was lost: the others may lead nowhere, too. */
async function takeConnection(pool: pg.Pool): Promise<pg.PoolClient> {
  for (;;) {
    const client = await pool.connect();
    if ((openedAt.get(client) ?? 0) >= (lostAt.get(pool) ?? 0)) return client;
    client.release(true);
  }
}
