import { expect, test } from '@jest/globals';
import { inAutocommit, inTransaction, leaveToCommit, type Queryable } from '../../src/database/pool';
import { useDatabase } from '../setup/database';

const db = useDatabase();

const register = (tx: Queryable, cid: string): Promise<unknown> =>
  tx.query('insert into push_devices (cid) values ($1)', [cid]);

/** Writes, leaves to the commit what fails, and goes on. */
const failing =
  (name: string, then: (tx: Queryable) => Promise<unknown>) =>
  async (tx: Queryable): Promise<void> => {
    await register(tx, `${name} before`);
    await leaveToCommit(tx, [tx.query('select 1 / 0'), register(tx, `${name} behind`)]);
    await then(tx);
  };

async function registered(name: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ cid: string }>(
    'select cid from push_devices where starts_with(cid, $1) order by cid',
    [name],
  );
  return rows.map(({ cid }) => cid);
}

test('a write that fails with its commit takes all of its transaction back, and its own error is told', async () => {
  const ends = failing('ends', () => Promise.resolve());
  // This one is told by PostgreSQL that the transaction has failed already.
  const goesOn = failing('goes on', (tx) => tx.query('select 1'));
  for (const work of [ends, goesOn])
    await expect(inTransaction(db.pool, work)).rejects.toThrow('division by zero');
  expect([...(await registered('ends')), ...(await registered('goes on'))]).toEqual([]);
  expect(db.pool.totalCount).toBe(1);
});

test('without a transaction around them, each statement stands for itself', async () => {
  const work = failing('alone', () => Promise.resolve());
  await expect(inAutocommit(db.pool, work)).rejects.toThrow('division by zero');
  expect(await registered('alone')).toEqual(['alone before', 'alone behind']);
  expect(db.pool.totalCount).toBe(1);
});

test('a statement that comes after the end of its transaction is refused', async () => {
  const late = await inTransaction(db.pool, async (tx) => {
    await register(tx, 'late');
    return { tx };
  });
  await expect(register(late.tx, 'later')).rejects.toThrow('the transaction is over');
  expect(await registered('late')).toEqual(['late']);
});
