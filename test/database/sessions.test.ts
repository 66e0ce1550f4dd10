import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { inAutocommit, inTransaction, openPool, type Queryable } from '../../src/database/pool';
import { useDatabase } from '../setup/database';

const db = useDatabase();
let pool: pg.Pool;
beforeEach(() => {
  pool = openPool(db.url, () => undefined);
});
afterEach(() => pool.end());

const SET = `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
  current_setting('idle_in_transaction_session_timeout') as idle, current_setting('row_security') as rows,
  current_setting('transaction_isolation') as isolation`;
const HOLDS = { statement: '1500ms', lock: '1s', idle: '4s', rows: 'off', isolation: 'read committed' };

/** How many statements the connection that is lent next has prepared. */
async function countPrepared(pool: pg.Pool): Promise<number> {
  const { rows } = await inTransaction(pool, (tx) =>
    tx.query<{ count: number }>('select count(*)::int as count from pg_prepared_statements'),
  );
  return rows[0]?.count ?? 0;
}

describe('a session that is ours', () => {
  test('has the limits of every transaction, and of a statement without one', async () => {
    for (const within of [inTransaction, inAutocommit])
      expect((await within(pool, (tx) => tx.query(SET))).rows).toEqual([HOLDS]);
    const { rows } = await inTransaction(pool, (tx) => tx.query(SET), 70_000);
    expect(rows).toEqual([{ ...HOLDS, statement: '70s' }]);
    expect((await inTransaction(pool, (tx) => tx.query(SET))).rows).toEqual([HOLDS]);
  });

  test('parses a statement once, however often it is asked, and also when its first asking failed', async () => {
    const before = await countPrepared(pool);
    const half = (tx: Queryable, of: number): Promise<unknown> =>
      tx.query('select 1 / $1::int as half', [of]);
    await expect(inTransaction(pool, (tx) => half(tx, 0))).rejects.toThrow('division by zero');
    for (const within of [inTransaction, inAutocommit]) await within(pool, (tx) => half(tx, 2));
    expect(await countPrepared(pool)).toBe(before + 1);
  });

  test('tells the error of the statement that failed, though another was sent behind it twice', async () => {
    const sent = inTransaction(pool, (tx) =>
      Promise.all(
        [0, 1, 2].map((n) => (n === 0 ? tx.query('select 1 / 0') : tx.query('select $1 as late', [n]))),
      ),
    );
    await expect(sent).rejects.toThrow('division by zero');
    expect(pool.totalCount).toBe(1);
  });

  test('keeps a bounded number of statements', async () => {
    for (let n = 0; n < 300; n += 1) await inAutocommit(pool, (tx) => tx.query(`select $1 as "n${n}"`, [n]));
    expect(await countPrepared(pool)).toBe(256);
  });
});

describe('what a session has prepared', () => {
  const CONNECTIONS = 3;

  const find = (tx: Queryable): Promise<pg.QueryResult> =>
    tx.query('select word, code from changing where code = $1', ['7']);
  /** On so many connections at once. */
  const onAll = async (): Promise<PromiseSettledResult<pg.QueryResult>[]> => {
    let came = 0;
    let go = (): void => undefined;
    const all = new Promise<void>((resolve) => (go = resolve));
    return Promise.allSettled(
      Array.from({ length: CONNECTIONS }, () =>
        inTransaction(pool, async (tx) => {
          await tx.query('select 1');
          if ((came += 1) === CONNECTIONS) go();
          await all;
          return find(tx);
        }),
      ),
    );
  };

  beforeEach(async () => {
    await db.pool.query(
      `drop table if exists changing; create table changing (word text, code int); insert into changing values ('a', 7)`,
    );
    for (const { status } of await onAll()) expect(status).toBe('fulfilled');
  });

  test.each([
    ['the type of a result', 'alter table changing alter word type int using 1', { word: 1, code: 7 }],
    ['the type of what is searched', 'alter table changing alter code type text', { word: 'a', code: '7' }],
    [
      'the table itself',
      'drop table changing; create table changing as select 7 as code, 1 as word',
      { word: 1, code: 7 },
    ],
  ])('goes with its connection when a migration changes %s, and nobody notices', async (_, sql, row) => {
    await db.pool.query(sql);
    expect((await inTransaction(pool, find)).rows).toEqual([row]);
    for (const one of await onAll()) expect(one).toMatchObject({ value: { rows: [row] } });
  });

  const write = (code: string): Promise<pg.QueryResult> =>
    inTransaction(pool, (tx) => tx.query('update changing set code = $1 returning code', [code]));

  test('is parsed anew for a value that fits a column only since the shop has widened it', async () => {
    await write('8');
    await db.pool.query('alter table changing alter code type bigint');
    expect((await write('5000000000')).rows).toEqual([{ code: '5000000000' }]);
    await db.pool.query('alter table changing alter code type text');
    expect((await write('eight')).rows).toEqual([{ code: 'eight' }]);
  });

  test('stays for a value that fits no column, and the value is refused', async () => {
    await write('8');
    const before = await countPrepared(pool);
    await expect(write('eight')).rejects.toMatchObject({ code: '22P02' });
    expect(await countPrepared(pool)).toBe(before);
  });

  test('is asked once more only where nothing of the work is left', async () => {
    const add = (word: string): Promise<unknown> =>
      inAutocommit(pool, async (tx) => {
        await tx.query('insert into changing (word) values ($1)', [word]);
        await tx.query('select word from changing where code = $1', ['7']);
      });
    await add('once');
    await db.pool.query('alter table changing alter code type text');
    await expect(add('twice')).rejects.toThrow();
    const { rows } = await db.pool.query(`select word from changing where word = 'twice'`);
    expect(rows).toEqual([{ word: 'twice' }]);
  });

  test('is not looked for where somebody threw it away: another stands between, and all goes on as with a pooler', async () => {
    await inTransaction(pool, (tx) => tx.query('deallocate all'));
    expect((await inTransaction(pool, find)).rows).toEqual([{ word: 'a', code: 7 }]);
    expect(await countPrepared(pool)).toBe(0);
    expect((await inTransaction(pool, (tx) => tx.query(SET))).rows).toEqual([HOLDS]);
  });
});

test('behind a pooler nothing is left to the session: each transaction has its limits, and is parsed anew', async () => {
  const pooled = openPool(db.url, () => undefined);
  // A pooler tells a number of its own.
  pooled.on('connect', (client) => Object.assign(client, { processID: 0 }));
  for (const within of [inTransaction, inAutocommit])
    expect((await within(pooled, (tx) => tx.query(`${SET}, $1::int as n`, [1]))).rows).toEqual([
      { ...HOLDS, n: 1 },
    ]);
  expect(await countPrepared(pooled)).toBe(0);
  const { rows } = await pooled.query<{ statement_timeout: string }>('show statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '0' }]);
  await pooled.end();
});
