import {
  addToBulkRetry,
  deleteOldBulkRetries,
  noteFailedTry,
  type RetryTally,
  selectOpenRetries,
  type SettledRetry,
  settleRetry,
  tallyBulkRetry,
} from '../database/retries';
import { fewAtOnce } from '../few-at-once';
import { inTransaction } from '../database/pool';
import type { RetryEnd } from '../deliveries/retry';
import type { RetryRequest } from '../shipment/retry-request';
import { retryWords } from '../shipment/retry-words';
import type { ActivityDeps } from './deps';

/** Retries under way at once; each is one to three calls of Temporal. */
const AT_ONCE = 10;
/** What fails so often for a reason of its own must not hold up the others. */
const MOST_TRIES = 5;

export interface ListForRetryInput {
  readonly retryId: string;
  readonly query?: string;
  readonly from: string | null;
}

/** Writes one page of what a query finds into the list of a bulk retry. */
export function createListForRetry({ pool, deliveries, log }: ActivityDeps) {
  return async function listForRetry(
    input: ListForRetryInput,
  ): Promise<{ readonly found: number; readonly next: string | null }> {
    const { retryId, query, from } = input;
    const page = query === undefined ? undefined : await deliveries.list(query, from);
    // Apart: a retry begins also while old ones cannot be deleted.
    await inTransaction(pool, deleteOldBulkRetries).catch((error: unknown) => {
      log.warn({ err: error }, 'old bulk retries were not deleted; the next one tries it again');
    });
    return inTransaction(pool, async (db) => {
      if (page) await addToBulkRetry(db, retryId, page.workflowIds);
      return { found: (await tallyBulkRetry(db, retryId)).found, next: page?.next ?? null };
    });
  };
}

export interface RetryBatchInput {
  readonly retryId: string;
  readonly request: RetryRequest;
  readonly limit: number;
}

export interface RetriedBatch {
  readonly tally: RetryTally;
  /** Of this batch; 0 when nothing was left to do. */
  readonly settled: number;
  readonly refusals: readonly { readonly workflowId: string; readonly words: string }[];
}

/**
 * Tries the next deliveries of a bulk retry again, and writes down how each was settled.
 * @throws when some failed and are still to do, after all others of the batch are settled
 */
export function createRetryBatch({ pool, deliveries }: ActivityDeps) {
  return async function retryBatch({ retryId, request, limit }: RetryBatchInput): Promise<RetriedBatch> {
    const open = await inTransaction(pool, (db) => selectOpenRetries(db, retryId, limit));
    const failures: unknown[] = [];
    const ends = await fewAtOnce(open, AT_ONCE, (id) =>
      settle(retryId, id, request).catch((error: unknown) => void failures.push(error)),
    );
    if (failures.length > 0)
      throw new Error(`${failures.length} of ${open.length} deliveries failed`, { cause: failures[0] });
    const tally = await inTransaction(pool, (db) => tallyBulkRetry(db, retryId));
    const settled = ends.filter((end) => end !== undefined);
    const refusals = settled.filter(({ outcome }) => outcome === 'refused');
    return { tally, settled: settled.length, refusals };
  };

  /** @throws when it failed, and is still to do */
  async function settle(retryId: string, workflowId: string, request: RetryRequest): Promise<SettledRetry> {
    const end = await tryAgain(retryId, workflowId, request).catch(async (error: unknown) => {
      // Of this delivery: while PostgreSQL is away no try is counted, and nobody is refused for that.
      const tries = await inTransaction(pool, (db) => noteFailedTry(db, retryId, workflowId));
      if (tries < MOST_TRIES) throw error;
      return { kind: 'refused' as const, words: retryWords('failedOften', String(tries), wordsOf(error)) };
    });
    const settled = { workflowId, outcome: end.kind, words: end.words.en };
    await inTransaction(pool, (db) => settleRetry(db, retryId, settled));
    return settled;
  }

  async function tryAgain(retryId: string, workflowId: string, request: RetryRequest): Promise<RetryEnd> {
    const end = await deliveries.retry(workflowId, request, retryId);
    if ('code' in end && end.code === 'worker-unavailable') throw new Error(end.words.en);
    return end;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
