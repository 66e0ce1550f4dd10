import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import type { WaitLimits } from '../shipment/attention';
import type { Explanation } from '../shipment/explanation';
import type { RetryRequest } from '../shipment/retry-request';
import { retryWords, retryWordsOf } from '../shipment/retry-words';
import { retryNowUpdate } from '../workflows/messages';
import { NO_WORKER, planRestart, refusal, whyNone, type PlanParts, type Refused } from './plan-retry';
import { ANSWER_BUDGET_MS, CALL_BUDGET_MS, findLatestRun, type LatestRun } from './runs';
import { startDelivery } from './start';

export interface RetryParts extends PlanParts {
  readonly waitLimits: WaitLimits;
  /** Where the workers of the deliveries listen; tests have queues of their own. */
  readonly taskQueue?: string;
  readonly consoleUrl?: string | null;
}

/** How a retry ended: an open delivery was asked, a closed one started again, or it refuses, with words. */
export type RetryEnd =
  { readonly kind: 'asked' | 'restarted'; readonly runId: string; readonly words: Explanation } | Refused;

/**
 * Tries a delivery again. An open one is asked; a closed one starts again under the same id, also when Temporal has
 * forgotten it, with what PostgreSQL holds. Devices that were reached are not pushed again.
 * @param bulkRetryId of the bulk retry that this belongs to: a repeat of it asks and starts nothing twice
 * @throws what the Temporal client throws when the server does not answer, and errors of PostgreSQL
 */
export async function retryDelivery(
  parts: RetryParts,
  workflowId: string,
  request: RetryRequest,
  bulkRetryId?: string,
): Promise<RetryEnd> {
  let latest = await findLatestRun(parts.temporal, workflowId);
  // Started by an earlier try of this very retry; it may have closed since.
  if (latest && bulkRetryId !== undefined && latest.bulkRetryId === bulkRetryId)
    return restarted(latest.runId);
  if (latest?.open) {
    const reason = await whyNone(parts, workflowId, request);
    if (reason !== null) return refusal('nothing-to-retry', reason);
    const end = await askOpenDelivery(parts.temporal, workflowId, request, latest.runId, bulkRetryId);
    if (end) return end;
    latest = await findLatestRun(parts.temporal, workflowId);
  }
  return restart(parts, workflowId, latest, request, bulkRetryId);
}

const restarted = (runId: string): RetryEnd => ({
  kind: 'restarted',
  runId,
  words: retryWords('restarted'),
});

/** @returns `undefined` when the delivery closed in the meantime */
async function askOpenDelivery(
  temporal: Client,
  workflowId: string,
  request: RetryRequest,
  runId: string,
  updateId?: string,
): Promise<RetryEnd | undefined> {
  try {
    const handle = temporal.workflow.getHandle(workflowId);
    // By name: the SDK's type of a definition knows no optional argument.
    const words = await temporal.withDeadline(Date.now() + ANSWER_BUDGET_MS, () =>
      handle.executeUpdate<string, [RetryRequest]>(retryNowUpdate.name, {
        args: [request],
        ...(updateId !== undefined && { updateId }),
      }),
    );
    return { kind: 'asked', runId, words: retryWordsOf(words) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    if (error instanceof WorkflowUpdateFailedError) {
      return refusal('nothing-to-retry', retryWordsOf(error.cause?.message ?? error.message));
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return NO_WORKER;
    throw error;
  }
}

async function restart(
  parts: RetryParts,
  workflowId: string,
  latest: LatestRun | undefined,
  request: RetryRequest,
  bulkRetryId?: string,
): Promise<RetryEnd> {
  const plan = await planRestart(parts, workflowId, latest, request);
  if (plan.kind === 'refused') return plan;
  const { update, afterRunId } = plan;
  const input = { update, limits: parts.waitLimits, retryOf: { ...request, runId: afterRunId } };
  const memo = bulkRetryId === undefined ? {} : { bulkRetry: bulkRetryId };
  const { runId } = await parts.temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
    startDelivery(parts, input, workflowId, memo),
  );
  return runId === undefined ? refusal('nothing-to-retry', retryWords('justStarted')) : restarted(runId);
}
