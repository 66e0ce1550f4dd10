import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { createListForRetry, type ListForRetryInput } from '../../src/activities/bulk-retry';
import type { ActivityDeps } from '../../src/activities/deps';
import { loadConfig } from '../../src/config';
import { createTestDatabase, type TestDatabase } from '../setup/database';

/** More than one call deletes. */
const OLD_ROWS = 12_000;

let db: TestDatabase;
let logged: string[];
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
afterEach(() => db.pool.query('truncate waybell.bulk_retries'));

/** The parts of a worker, with deliveries of its own. */
function partsWith(deliveries: Partial<ActivityDeps['deliveries']>): ActivityDeps {
  logged = [];
  return {
    ...{ pool: db.pool, shopTables: loadConfig({}).shopTables, statusMap: {}, language: 'en' },
    providers: new Map(),
    wake: () => Promise.resolve('gone'),
    deliveries: {
      list: () => Promise.resolve({ workflowIds: [], next: null }),
      retry: () => Promise.reject(new Error('nothing is retried here')),
      ...deliveries,
    },
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
  };
}

describe('the list of a retry of many', () => {
  const list = (input: Partial<ListForRetryInput> = {}): Promise<unknown> => {
    const listForRetry = createListForRetry(
      partsWith({ list: () => Promise.resolve({ workflowIds: ['a', 'b', 'a'], next: null }) }),
    );
    const all = { retryId: 'new', query: 'Carrier="yto"', from: null, ...input };
    return new MockActivityEnvironment().run(listForRetry, all);
  };
  const countRows = async (retryId: string): Promise<number | undefined> => {
    const { rows } = await db.pool.query<{ count: number }>(
      'select count(*)::int as count from waybell.bulk_retries where retry_id = $1',
      [retryId],
    );
    return rows[0]?.count;
  };
  const addOldRows = (days: number): Promise<unknown> =>
    db.pool.query(
      `insert into waybell.bulk_retries (retry_id, workflow_id, added_at)
       select 'old', n::text, now() - make_interval(days => $2) from generate_series(1, $1) as n`,
      [OLD_ROWS, days],
    );

  test('takes a bounded part of what is older than 15 days away each time, until nothing is left', async () => {
    await addOldRows(16);
    expect(await list()).toEqual({ found: 2, next: null });
    expect(await countRows('old')).toBe(7_000);
    await list();
    await list();
    expect(await countRows('old')).toBe(0);
    expect(await countRows('new')).toBe(2);
    expect(logged).toEqual([]);
  });

  test('keeps what is younger', async () => {
    await addOldRows(14);
    await list();
    expect(await countRows('old')).toBe(OLD_ROWS);
  });

  test('is written also when what is old cannot be deleted, and that is logged', async () => {
    await addOldRows(16);
    await db.pool.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'too slow'; end $$;
       create trigger refuse before delete on waybell.bulk_retries for each row execute function refuse()`,
    );
    expect(await list()).toEqual({ found: 2, next: null });
    expect(await countRows('new')).toBe(2);
    expect(logged.join()).toContain('old retries of many were not deleted');
    await db.pool.query('drop function refuse cascade');
  });
});
