import type { Queryable } from './pool';

export const RETRY_OUTCOMES = ['asked', 'restarted', 'refused'] as const;
/** How one delivery of a bulk retry was settled. */
export type RetryOutcome = (typeof RETRY_OUTCOMES)[number];

export interface SettledRetry {
  readonly workflowId: string;
  readonly outcome: RetryOutcome;
  readonly words: string;
}

export interface RetryTally extends Readonly<Record<RetryOutcome, number>> {
  readonly found: number;
}

/** One day longer than Temporal keeps the workflow of a bulk retry. */
const KEPT_DAYS = 15;
/** As many as one request can name: what is deleted at each keeps up with what is added. Takes milliseconds. */
const MOST_DELETED = 5_000;

/** Adds deliveries to a bulk retry; those that are in it already stay as they are. Returns how many were new. */
export async function addToBulkRetry(
  db: Queryable,
  retryId: string,
  workflowIds: readonly string[],
): Promise<number> {
  const { rowCount } = await db.query(
    `insert into waybell.bulk_retries (retry_id, workflow_id)
     select $1, unnest($2::text[])
     on conflict do nothing`,
    [retryId, workflowIds],
  );
  return rowCount ?? 0;
}

/** Some deliveries of a bulk retry that are still to do. */
export async function selectOpenRetries(db: Queryable, retryId: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id from waybell.bulk_retries
      where retry_id = $1 and outcome is null
      order by workflow_id limit $2`,
    [retryId, limit],
  );
  return rows.map((row) => row.workflow_id);
}

export async function settleRetry(
  db: Queryable,
  retryId: string,
  { workflowId, outcome, words }: SettledRetry,
): Promise<void> {
  await db.query(
    `insert into waybell.bulk_retries (retry_id, workflow_id, outcome, words) values ($1, $2, $3, $4)
     on conflict (retry_id, workflow_id) do update set outcome = excluded.outcome, words = excluded.words`,
    [retryId, workflowId, outcome, words],
  );
}

/** Notes that a delivery of a bulk retry failed and is still to do. Returns how often it has failed. */
export async function noteFailedTry(db: Queryable, retryId: string, workflowId: string): Promise<number> {
  const { rows } = await db.query<{ tries: number }>(
    `update waybell.bulk_retries set tries = tries + 1 where retry_id = $1 and workflow_id = $2 returning tries`,
    [retryId, workflowId],
  );
  return rows[0]?.tries ?? 0;
}

/** How far a bulk retry has come. */
export async function tallyBulkRetry(db: Queryable, retryId: string): Promise<RetryTally> {
  const { rows } = await db.query<RetryTally>(
    `select count(*)::int as found, ${RETRY_OUTCOMES.map(
      (outcome) => `count(*) filter (where outcome = '${outcome}')::int as ${outcome}`,
    ).join(', ')}
       from waybell.bulk_retries where retry_id = $1`,
    [retryId],
  );
  return rows[0] ?? { found: 0, asked: 0, restarted: 0, refused: 0 };
}

/** When a bulk retry began: its workflow only says when its last run did. */
export async function findRetryStart(db: Queryable, retryId: string): Promise<Date | null> {
  const { rows } = await db.query<{ began: Date | null }>(
    'select min(added_at) as began from waybell.bulk_retries where retry_id = $1',
    [retryId],
  );
  return rows[0]?.began ?? null;
}

/** Refusals of a bulk retry with their words, in the order of their ids, after `after`. */
export async function listRefusals(
  db: Queryable,
  retryId: string,
  limit: number,
  after = '',
): Promise<{ readonly workflow_id: string; readonly words: string }[]> {
  const { rows } = await db.query<{ workflow_id: string; words: string }>(
    `select workflow_id, words from waybell.bulk_retries
      where retry_id = $1 and outcome = 'refused' and workflow_id > $2
      order by workflow_id limit $3`,
    [retryId, after, limit],
  );
  return rows;
}

/** Deletes some of the rows that nobody can ask for any more, the oldest first; passes over those being deleted. */
export async function deleteOldBulkRetries(db: Queryable): Promise<void> {
  await db.query(
    `delete from waybell.bulk_retries
      where (retry_id, workflow_id) in (
        select retry_id, workflow_id from waybell.bulk_retries
         where added_at < now() - interval '${KEPT_DAYS} days'
         order by added_at limit $1 for update skip locked)`,
    [MOST_DELETED],
  );
}
