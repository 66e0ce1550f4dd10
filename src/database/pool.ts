import { channel } from 'node:diagnostics_channel';
import pg from 'pg';
import { beginSession, isNotOurs, isOutlived, mayBeOutlived, nameOf, type Session } from './session';

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
/** What PostgreSQL says to each statement that was sent behind one that failed. */
const IN_FAILED_TRANSACTION = '25P02';

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

/**
 * How long a connection is kept; seconds. What it has prepared goes with it: plans of statements that are not asked any
 * more, and parameters of a type that a column had before its shop has widened it.
 */
const LIFETIME_S = 600;
/** How long one is kept that nobody needs: what it has prepared is worth more than its place; milliseconds. */
const IDLE_MS = 60_000;

/** Enough for the default 100 local activities to queue briefly, few enough for a small Supabase plan. */
const POOL_SIZE = 20;

/** Which pool a transaction is of. */
const pools = new WeakMap<Queryable, pg.Pool>();

/** What stays with one database from one transaction to the next, and so may be asked for what was learned before. */
export const databaseOf = (db: Queryable): object => pools.get(db) ?? db;

/** When a connection was opened, and when the last one of a pool was lost; `performance.now()`. */
const openedAt = new WeakMap<pg.ClientBase, number>();
const lostAt = new WeakMap<pg.Pool, number>();

const sessions = new WeakMap<pg.ClientBase, Session>();
/** Pools that turned out to be lent sessions of others. */
const borrowing = new WeakSet<pg.Pool>();

/**
 * Opens the pool that API and worker share. The product asks it by `inTransaction` and `inAutocommit` alone: a statement
 * outside of them has no limit. Statements that do not need each other's answers are sent behind one another, and cost
 * one round trip.
 */
export function openPool(connectionString: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    maxLifetimeSeconds: LIFETIME_S,
    idleTimeoutMillis: IDLE_MS,
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

/** Statements that were sent, and whose answers nobody waits for before the commit. */
const leftToCommit = new WeakMap<Queryable, Promise<unknown>[]>();

/**
 * Runs `work` in one transaction with the timeouts above and loud row-level security; commits when it
 * returns, rolls back when it throws. It begins with the first statement, in the same round trip.
 *
 * A server that vanished without a word answers nothing: a statement that has no answer in time takes its connection
 * with it, and those that were opened before.
 * @param statementMs how long PostgreSQL lets one statement run; milliseconds
 * @param until the end of the whole, once it has a connection: `performance.now()`
 */
export function inTransaction<T>(
  pool: pg.Pool,
  work: (db: Queryable) => Promise<T>,
  statementMs = STATEMENT_TIMEOUT_MS,
  until = Infinity,
): Promise<T> {
  return onConnection(pool, { statementMs, until, rollsBack: true }, async ({ send, rollBack, isOurs }) => {
    let state: 'not begun' | 'begun' | 'over' = 'not begun';
    const left: Promise<unknown>[] = [];
    const db = queryable(pool, async (text, values) => {
      if (state === 'over') throw new Error('the transaction is over');
      if (state === 'begun') return send(text, values);
      state = 'begun';
      const [, result] = await inOneTrip(send(beginning(statementMs, isOurs)), send(text, values));
      return result;
    });
    leftToCommit.set(db, left);
    try {
      const result = await work(db);
      if (end()) await inOneTrip(...left, send('commit'));
      return result;
    } catch (error) {
      if (end()) await rollBack();
      // What was sent first has failed first: the rest may be its consequence.
      await Promise.all(left);
      throw error;
    }

    /** Whether there is something to end. */
    function end(): boolean {
      const isBegun = state === 'begun';
      state = 'over';
      return isBegun;
    }
  });
}

/**
 * As `inTransaction`, with each statement in a transaction of its own, which costs one round trip: for `work` of which
 * one statement alone writes. In a session of ours PostgreSQL makes them itself, and nothing is sent beside the statement.
 */
export function inAutocommit<T>(
  pool: pg.Pool,
  work: (db: Queryable) => Promise<T>,
  statementMs = STATEMENT_TIMEOUT_MS,
  until = Infinity,
): Promise<T> {
  return onConnection(pool, { statementMs, until, rollsBack: false }, ({ send, isOurs }) =>
    work(
      queryable(pool, async (text, values) => {
        if (isOurs && statementMs === STATEMENT_TIMEOUT_MS) return send(text, values);
        const [, result] = await inOneTrip(
          send(beginning(statementMs, isOurs)),
          send(text, values),
          // Of a transaction that has failed, PostgreSQL makes a rollback of it.
          send('commit'),
        );
        return result;
      }),
    ),
  );
}

/**
 * Lets the commit go out right behind statements whose answers say nothing that `work` needs: when one of them fails,
 * PostgreSQL rolls all back, and the transaction throws its error. Each of `sent` is one statement; another one behind
 * its answer would come too late.
 */
export async function leaveToCommit(db: Queryable, sent: readonly Promise<unknown>[]): Promise<void> {
  const left = leftToCommit.get(db);
  if (!left) {
    await Promise.all(sent);
    return;
  }
  left.push(...sent);
  // Their errors are seen at the commit.
  for (const one of sent) one.catch(() => undefined);
}

/** What holds in each transaction. */
const SETTINGS = {
  statement_timeout: STATEMENT_TIMEOUT_MS,
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: ABANDONED_AFTER_MS,
  row_security: 'off',
};
/** A server or a role may have another default: who has waited for a lock must see what the other has written. */
const ISOLATION = 'read committed';

const settingAll = (set: 'set' | 'set local', settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${set} ${name} = ${value}`)
    .join('; ');

const OF_SESSION = settingAll('set', { ...SETTINGS, default_transaction_isolation: `'${ISOLATION}'` });

/** In a session of ours all of it holds already. `set local` holds behind a pooler in transaction mode, too. */
function beginning(statementMs: number, isOurs: boolean): string {
  const isUsual = statementMs === STATEMENT_TIMEOUT_MS;
  if (isOurs) return isUsual ? 'begin' : `begin; set local statement_timeout = ${statementMs}`;
  return `begin isolation level ${ISOLATION}; ${settingAll('set local', { ...SETTINGS, statement_timeout: statementMs })}`;
}

function queryable(
  pool: pg.Pool,
  query: (text: string, values?: unknown[]) => Promise<pg.QueryResult>,
): Queryable {
  const db = { query } as Queryable;
  pools.set(db, pool);
  return db;
}

/** Ends when all have ended, with the results or the first error in their order: what follows it is its consequence. */
async function inOneTrip<T extends readonly Promise<unknown>[]>(
  ...sent: T
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(sent);
  return Promise.all(sent);
}

interface LentConnection {
  readonly send: (text: string, values?: unknown[]) => Promise<pg.QueryResult>;
  /** Where the connection is still good for it. */
  readonly rollBack: () => Promise<void>;
  /** See `Session`. */
  readonly isOurs: boolean;
}

interface Limits {
  readonly statementMs: number;
  readonly until: number;
  /** Whether nothing is left of work that has failed. */
  readonly rollsBack: boolean;
}

/** Errors of statements that may have been parsed for another table, or another session, and of which nothing is left. */
const worthParsingAnew = new WeakSet<Error>();

/** Where a changed table may have outlived a statement, all of `work` is done once more, parsed anew. */
async function onConnection<T>(
  pool: pg.Pool,
  limits: Limits,
  work: (lent: LentConnection) => Promise<T>,
): Promise<T> {
  try {
    return await onceOnConnection(pool, limits, work, false);
  } catch (error) {
    if (!(error instanceof Error && worthParsingAnew.has(error))) throw error;
    const result = await onceOnConnection(pool, limits, work, true);
    // So it was: what the other connections have prepared is outlived, too.
    lostAt.set(pool, performance.now());
    return result;
  }
}

async function onceOnConnection<T>(
  pool: pg.Pool,
  { statementMs, until, rollsBack }: Limits,
  work: (lent: LentConnection) => Promise<T>,
  parsesAnew: boolean,
): Promise<T> {
  const client = await takeConnection(pool);
  /** Why the connection cannot be lent again. */
  let broken: Error | undefined;
  const underWay = new Set<Promise<unknown>>();
  /** What PostgreSQL refused last; what was sent behind it is refused for it. */
  let refused: pg.DatabaseError | undefined;
  let isAnswered = false;

  async function send(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    const leftMs = Math.floor(until - performance.now());
    if (leftMs <= 0) throw (broken = new Error('the time of the transaction is over'));
    // Each has its own time, and begins when those before it have ended.
    const answerMs = (underWay.size + 1) * statementMs + ANSWER_TRAVELS_MS;
    const session = sessions.get(client);
    const isNamed = session && values?.length && !parsesAnew && !borrowing.has(pool);
    const name = isNamed ? nameOf(session, text) : undefined;
    const statement = { text, values, name, query_timeout: Math.min(answerMs, leftMs) };
    sendTogether(client);
    const answered = client.query(statement);
    underWay.add(answered);
    try {
      const result = await answered;
      if (name !== undefined) session?.prepared.add(name);
      isAnswered ||= values !== undefined;
      return result;
    } catch (error) {
      // What is not PostgreSQL's own word leaves a connection that may still be busy, or leads nowhere.
      if (!(error instanceof pg.DatabaseError)) {
        lose(error instanceof Error ? error : new Error(String(error)));
        // What was sent behind it gets no answer either, and is not waited for.
        client.connection.stream.destroy();
        throw error;
      }
      if (error.code === IN_FAILED_TRANSACTION) throw refused ?? error;
      // Sent twice behind one that failed, it was parsed neither time.
      if (isNotOurs(name, error) && refused) throw refused;
      if (isNotOurs(name, error)) borrowing.add(pool);
      const isOld = session !== undefined && name !== undefined && session.prepared.has(name);
      if (isNotOurs(name, error) || (isOld && isOutlived(error))) lose(error);
      if (isNotOurs(name, error) || (isOld && mayBeOutlived(error)))
        if (rollsBack || !isAnswered) worthParsingAnew.add(error);
      throw (refused = error);
    } finally {
      underWay.delete(answered);
    }
  }

  /** The connection is not lent again, nor those that were opened before now. */
  function lose(why: Error): void {
    broken = why;
    lostAt.set(pool, performance.now());
  }

  async function rollBack(): Promise<void> {
    if (!broken) await send('rollback').catch((cause: Error) => (broken = cause));
  }

  async function isOurSession(): Promise<boolean> {
    if (borrowing.has(pool)) return false;
    const session = sessions.get(client) ?? (await beginSession(client, send, OF_SESSION));
    sessions.set(client, session);
    return session.isOurs;
  }

  try {
    return await work({ send, rollBack, isOurs: await isOurSession() });
  } catch (error) {
    if (isPermissionRefusal(error))
      permissionRefused.publish({ pool, message: error.message } satisfies PermissionRefusal);
    throw error;
  } finally {
    // Who gave up at the first error may have sent more.
    await Promise.allSettled(underWay);
    client.release(broken);
  }
}

/** What is sent at one moment leaves as one packet: a write to the socket costs more than what is written. */
function sendTogether({ connection: { stream } }: pg.PoolClient): void {
  stream.cork();
  process.nextTick(() => {
    stream.uncork();
  });
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
