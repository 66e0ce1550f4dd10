import { beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { loadConfig } from '../../src/config/config';
import { lockQueuePage, type QueueRow } from '../../src/database/old-queue';
import { inTransaction, type Queryable } from '../../src/database/pool';
import { useDatabase } from '../setup/database';

/** Waybills whose one row the old worker has ended, what an import has taken of them, and those that have an open row too. */
const OLD = 100_000;
const IMPORTED = 20_000;
const OPEN = 2_000;
const PAGE = 1_000;
/** As little for a hundred thousand rows as a server commonly gives to a million. */
const WORK_MEM = '1MB';
const HOUR_MS = 3_600_000;
const COLUMNS = { waybillId: 'waybill_id', status: 'event_status', text: 'event_text', time: 'created_at' };
const { shopTables } = loadConfig({});

const db = useDatabase('seed');
beforeAll(async () => {
  await db.pool.query(
    `insert into platform_express_waybills (id, carrier, tracking_no)
     select md5('w' || n)::uuid, 'yto', 'OLD' || n from generate_series(1, ${OLD}) n`,
  );
  await db.pool.query(
    `insert into notify_queue (id, waybill_id, event_status, process_status, processed_at, created_at)
     select md5('q' || n)::uuid, md5('w' || n)::uuid, 'picked_up', 'queued', now(), now() - interval '2 days'
       from generate_series(1, ${OLD}) n`,
  );
  await db.pool.query(
    `insert into express_notifications (message_id, queue_id, aud, recipient_id)
     select 'old-' || n, md5('q' || n)::uuid, 'user', gen_random_uuid() from generate_series(1, ${OLD}) n`,
  );
  // Every second waybill with an open row was told by an import, and not by the old worker.
  await db.pool.query(
    `insert into waybell.queue_imports (workflow_id, update, queue_ids)
     select 'import/' || n, '{}', array[md5('q' || 2 * n)::uuid::text] from generate_series(1, ${IMPORTED}) n`,
  );
  // Statistics are of before the backlog.
  await db.pool.query('vacuum analyze');
  await db.pool.query(
    `insert into notify_queue (waybill_id, event_status, created_at)
     select md5('w' || n)::uuid, 'delivered', now() from generate_series(1, ${OPEN}) n`,
  );
});

/** What a page holds, and by which plan it is found. */
function takePage(): Promise<{ rows: QueueRow[]; plan: string }> {
  let plan = '';
  const explain = async (tx: Queryable): Promise<void> => {
    const explained = {
      query: async (text: string, values?: unknown[]) => {
        const isPage = text.startsWith('with page');
        const answer: pg.QueryResult<Record<string, string>> = await tx.query(
          isPage ? `explain (analyze, timing off) ${text}` : text,
          values,
        );
        if (isPage) plan = answer.rows.map((row) => row['QUERY PLAN']).join('\n');
        return answer;
      },
    } as Queryable;
    await lockQueuePage(explained, shopTables, COLUMNS, '', PAGE);
  };
  return inTransaction(
    db.pool,
    async (tx) => {
      await tx.query(`set local work_mem = '${WORK_MEM}'`);
      await explain(tx);
      return { rows: await lockQueuePage(tx, shopTables, COLUMNS, '', PAGE), plan };
    },
    HOUR_MS,
  );
}

test('a page of a large old queue is found by reading each table once, and knows what was told of each waybill', async () => {
  const { rows, plan } = await takePage();
  const loops = [...plan.matchAll(/Scan .*actual .*loops=(\d+)/g)].map(([, count]) => Number(count));
  expect(loops.length).toBeGreaterThan(5);
  // Workers that read a part each count as loops.
  expect(Math.max(...loops)).toBeLessThan(10);

  expect(rows).toHaveLength(PAGE);
  expect(rows.filter(({ status, notified }) => status !== 'delivered' || notified)).toEqual([]);
  const numbers = (toldOnes: readonly QueueRow[]): number[] =>
    toldOnes.map(({ trackingNo }) => Number(trackingNo?.replace('OLD', '')) % 2);
  const told = rows.filter((row) => String(row.told) === 'picked_up');
  const untold = rows.filter((row) => row.told.length === 0);
  expect(told.length + untold.length).toBe(PAGE);
  expect([new Set(numbers(told)), new Set(numbers(untold))]).toEqual([new Set([1]), new Set([0])]);
});
