import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pino from 'pino';
import {
  createListForRetry,
  createRetryBatch,
  type ListForRetryInput,
  type RetriedBatch,
} from '../../src/activities/bulk-retry';
import type { ActivityDeps } from '../../src/activities/deps';
import { loadConfig } from '../../src/config/config';
import { addToBulkRetry } from '../../src/database/retries';
import type { RetryEnd } from '../../src/deliveries/retry';
import { useDatabase } from '../setup/database';
import { ANY_AGE } from '../setup/any-age';

/** More than one call deletes. */
const OLD_ROWS = 12_000;

let logged: string[];
const db = useDatabase();
afterEach(() => db.pool.query('truncate waybell.bulk_retries'));

/** The parts of a worker, with deliveries of its own. */
function partsWith(deliveries: Partial<ActivityDeps['deliveries']>): ActivityDeps {
  logged = [];
  return {
    ...{
      pool: db.pool,
      shopTables: loadConfig({}).shopTables,
      carriers: loadConfig({}).carriers,
      statusMap: {},
      language: 'en',
    },
    retention: loadConfig({}).retention,
    newsAge: ANY_AGE,
    providers: new Map(),
    wake: () => Promise.resolve('gone'),
    hasEnded: () => Promise.resolve(false),
    deliveries: {
      startVersion: () => Promise.reject(new Error('nothing is started here')),
      startForRow: () => Promise.reject(new Error()),
      list: () => Promise.resolve({ workflowIds: [], next: null }),
      retry: () => Promise.reject(new Error('nothing is retried here')),
      eraseHistories: () => Promise.reject(new Error('nothing is erased here')),
      startErasure: () => Promise.reject(new Error('nothing is erased here')),
      ...deliveries,
    },
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
  };
}

describe('the list of a bulk retry', () => {
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
    expect(logged.join()).toContain('old bulk retries were not deleted');
    await db.pool.query('drop function refuse cascade');
  });
});

describe('a batch of a bulk retry', () => {
  const ASKED: RetryEnd = {
    kind: 'asked',
    runId: 'r',
    words: { en: 'The retry has begun.', zh: 'The retry has begun.' },
  };
  const NO_WORKER: RetryEnd = {
    kind: 'refused',
    code: 'worker-unavailable',
    words: { en: 'no worker took it', zh: 'no worker took it' },
  };
  const NAMES = Array.from({ length: 30 }, (_, index) => `delivery/${String(index).padStart(2, '0')}`);
  const [FIRST = ''] = NAMES;

  /** One attempt at all that is open, as Temporal counts them. */
  const attempt = (
    number: number,
    retry: (workflowId: string) => Promise<RetryEnd>,
    change: Partial<ActivityDeps> = {},
  ): Promise<RetriedBatch> => {
    const retryBatch = createRetryBatch({ ...partsWith({ retry }), ...change });
    const input = { retryId: 'r', request: {}, limit: NAMES.length };
    const silent = new DefaultLogger('ERROR');
    return new MockActivityEnvironment({ attempt: number }, { logger: silent }).run(retryBatch, input);
  };
  const notAsked = async (): Promise<unknown[]> => {
    const { rows } = await db.pool.query<{ row: unknown }>(
      `select jsonb_build_array(workflow_id, outcome, words) as row from waybell.bulk_retries
        where outcome is distinct from 'asked' order by workflow_id`,
    );
    return rows.map(({ row }) => row);
  };
  beforeEach(() => addToBulkRetry(db.pool, 'r', NAMES));

  test('settles all others of one that fails, which alone is given up after five tries of its own', async () => {
    const tried: string[] = [];
    const poisonous = (workflowId: string): Promise<RetryEnd> => {
      tried.push(workflowId);
      return workflowId === FIRST ? Promise.reject(new Error('poison')) : Promise.resolve(ASKED);
    };
    await expect(attempt(1, poisonous)).rejects.toThrow('1 of 30 deliveries failed');
    expect(await notAsked()).toEqual([[FIRST, null, null]]);
    for (const number of [2, 3, 4]) await expect(attempt(number, poisonous)).rejects.toThrow('1 of 1');
    expect(await attempt(5, poisonous)).toEqual({
      tally: { found: 30, asked: 29, restarted: 0, refused: 1 },
      settled: 1,
      refusals: [{ workflowId: FIRST, outcome: 'refused', words: 'failed 5 times: poison' }],
    });
    expect(tried.filter((name) => name === FIRST)).toHaveLength(5);
    expect(tried).toHaveLength(NAMES.length + 4);
  });

  test.each([
    ['an error', () => Promise.reject(new Error('a hiccup'))],
    ['no worker', () => Promise.resolve(NO_WORKER)],
  ])('that was attempted often refuses nobody for one hiccup: %s', async (_what, hiccup) => {
    await expect(attempt(7, hiccup)).rejects.toThrow('30 of 30 deliveries failed');
    expect(await notAsked()).toHaveLength(NAMES.length);
    expect(await attempt(8, () => Promise.resolve(ASKED))).toMatchObject({ settled: 30, refusals: [] });
  });
});
