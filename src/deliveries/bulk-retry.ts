import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type pg from 'pg';
import { inTransaction } from '../database/pool';
import {
  addToBulkRetry,
  findRetryStart,
  listRefusals,
  settleRetry,
  tallyBulkRetry,
  type RetryTally,
} from '../database/retries';
import { BULK_RETRY_WORKFLOW, TASK_QUEUE, type BulkRetryInput } from '../workflows/contract';
import { retryWords } from '../shipment/retry-words';
import type { FoundDeliveries } from './find';
import { CALL_BUDGET_MS } from './runs';

/** Thousands of rows are written; milliseconds. */
const MANY_ROWS_MS = 10_000;

export interface BulkRetryParts {
  readonly temporal: Client;
  readonly pool: pg.Pool;
  readonly taskQueue?: string;
}

export const bulkRetryWorkflowId = (retryId: string): string => `bulk-retry/${retryId}`;

/**
 * Starts a bulk retry: a workflow that tries each of them again, at a rate. Those of a query it lists itself;
 * those that were named are kept in the database before it starts.
 * @throws what the Temporal client throws when the server does not answer; the retry may have been started then
 */
export async function startBulkRetry(
  { temporal, pool, taskQueue = TASK_QUEUE }: BulkRetryParts,
  input: BulkRetryInput,
  deliveries: FoundDeliveries,
): Promise<void> {
  const { retryId, query, rate, request } = input;
  if (query === undefined) await keepList(pool, retryId, deliveries);
  await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
    temporal.workflow.start(BULK_RETRY_WORKFLOW, {
      workflowId: bulkRetryWorkflowId(retryId),
      taskQueue,
      args: [input],
      staticSummary: `retry of ${deliveries.found} deliveries, ${rate} per second at most`,
      memo: { operator: request.operator, reason: request.reason, query },
    }),
  );
}

function keepList(pool: pg.Pool, retryId: string, { workflowIds, unknown }: FoundDeliveries): Promise<void> {
  return inTransaction(
    pool,
    async (db) => {
      await addToBulkRetry(db, retryId, workflowIds);
      for (const name of unknown)
        await settleRetry(db, retryId, {
          workflowId: name,
          outcome: 'refused',
          words: retryWords('nobody').en,
        });
    },
    MANY_ROWS_MS,
  );
}

/** How far a bulk retry has come. */
export interface BulkRetryState {
  /** `stopped`: ended from outside. */
  readonly state: 'running' | 'done' | 'stopped';
  readonly tally: RetryTally;
  readonly refusals: { readonly workflow_id: string; readonly words: string }[];
  readonly startedAt: Date;
}

/**
 * @param page of the refusals: those after this workflow id
 * @returns `undefined` when there is no such retry, or no longer
 */
export async function findBulkRetry(
  { temporal, pool }: BulkRetryParts,
  retryId: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<BulkRetryState | undefined> {
  const handle = temporal.workflow.getHandle(bulkRetryWorkflowId(retryId));
  const run = await temporal
    .withDeadline(Date.now() + CALL_BUDGET_MS, () => handle.describe())
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  if (!run) return undefined;
  const { status, startTime } = run;
  return inTransaction(pool, async (db) => ({
    state: status.name === 'RUNNING' ? 'running' : status.name === 'COMPLETED' ? 'done' : 'stopped',
    tally: await tallyBulkRetry(db, retryId),
    refusals: await listRefusals(db, retryId, page.limit, page.after),
    startedAt: (await findRetryStart(db, retryId)) ?? startTime,
  }));
}
