import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { inTransaction, openPool, STATEMENT_TIMEOUT_MS } from '../../src/database/pool';
import { createTestDatabase, type TestDatabase } from '../setup/database';
import { eventually } from '../setup/processes';
import { startTcpProxy, type TcpProxy } from '../setup/tcp-proxy';

const POOL_SIZE = 20;
/** What a shop notices of a database that vanished without a word; milliseconds. */
const RECOVERS_MS = 10_000;
/** Longer than everything that waits for an answer; milliseconds. */
const SILENCE_MS = 12_000;
/** A minute is no promise: it only ends a test that would wait for ever. */
const FOR_EVER_MS = 60_000;

let db: TestDatabase;
let proxy: TcpProxy;
let pool: pg.Pool;
beforeEach(async () => {
  db = await createTestDatabase();
  const url = new URL(db.url);
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  pool = openPool(url.href, () => undefined);
  await db.pool.query(
    `insert into ml_orders (id, user_id) select n::text, 'u' from generate_series(1, 20) n`,
  );
});
afterEach(async () => {
  await pool.end();
  await proxy.close();
  await db.drop();
});

const ask = (): Promise<number | null> =>
  inTransaction(pool, async (tx) => (await tx.query('select from ml_orders')).rowCount);

/** A durable step: tried again until it is done. Returns after how long; milliseconds. */
async function untilDone(step: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  for (;;) {
    const failed = await step().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (!failed) return performance.now() - begin;
    if (performance.now() - begin > FOR_EVER_MS) throw failed.error;
    await sleep(500);
  }
}

/** Every connection of the pool is in a transaction that has locked a row, and stays so until `go`. */
async function fillWithLocks(): Promise<{ go: () => void; ends: Promise<PromiseSettledResult<unknown>[]> }> {
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  let locked = 0;
  const ends = Promise.allSettled(
    Array.from({ length: POOL_SIZE }, (_, i) =>
      inTransaction(pool, async (tx) => {
        await tx.query('select from ml_orders where id = $1 for update', [String(i + 1)]);
        locked += 1;
        await gate;
        await tx.query('select 1');
      }),
    ),
  );
  await eventually(() => Promise.resolve(locked === POOL_SIZE));
  return { go, ends };
}

describe('connections that lead nowhere, and tell nobody', () => {
  test('are given up with the statements on them; the locks they held are free, and all goes on within 10 s', async () => {
    const { go, ends } = await fillWithLocks();
    proxy.silence('open');
    const begin = performance.now();
    go();
    const again = Promise.all(
      Array.from({ length: POOL_SIZE }, (_, i) =>
        untilDone(() =>
          inTransaction(pool, (tx) =>
            tx.query('update ml_orders set user_id = $2 where id = $1', [String(i + 1), 'v']),
          ),
        ),
      ),
    );
    for (const { status } of await ends) expect(status).toBe('rejected');
    await again;
    expect(performance.now() - begin).toBeLessThan(RECOVERS_MS);
    const { rowCount } = await db.pool.query(`select from ml_orders where user_id = 'v'`);
    expect(rowCount).toBe(POOL_SIZE);
  });

  test('cost one statement, and not one each, where they lie idle', async () => {
    await Promise.all(Array.from({ length: POOL_SIZE }, ask));
    expect(pool.idleCount).toBeGreaterThan(1);
    proxy.silence('open');
    await expect(ask()).rejects.toThrow();
    expect(await ask()).toBe(POOL_SIZE);
    expect(pool.totalCount).toBe(1);
  });

  test('fail a transaction at its end, however long its statements might take', async () => {
    await ask();
    proxy.silence('open');
    const begin = performance.now();
    await expect(
      inTransaction(pool, (tx) => tx.query('select 1'), STATEMENT_TIMEOUT_MS, begin + 500),
    ).rejects.toThrow();
    expect(performance.now() - begin).toBeLessThan(STATEMENT_TIMEOUT_MS);
  });
});

test('a host that is silent for long and comes back is used again within 10 s, with a whole pool', async () => {
  const { go, ends } = await fillWithLocks();
  proxy.silence('all');
  go();
  await ends;
  const during = Promise.all(Array.from({ length: POOL_SIZE }, () => untilDone(ask)));
  await sleep(SILENCE_MS);
  proxy.mend();
  const begin = performance.now();
  await during;
  expect(performance.now() - begin).toBeLessThan(RECOVERS_MS);
  expect(await Promise.all(Array.from({ length: POOL_SIZE }, ask))).toEqual(Array(POOL_SIZE).fill(POOL_SIZE));
});

test('what PostgreSQL itself refuses costs no connection', async () => {
  await expect(inTransaction(pool, (tx) => tx.query('select 1 / 0'))).rejects.toThrow('division by zero');
  await expect(inTransaction(pool, (tx) => tx.query('select pg_sleep(3)'))).rejects.toThrow('timeout');
  await ask();
  expect(pool.totalCount).toBe(1);
});
