import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { arrayFromPayloads, defaultPayloadConverter } from '@temporalio/common';
import type pg from 'pg';
import type { WaitLimits } from '../config';
import { inTransaction } from '../database/pool';
import { selectRestartFacts } from '../database/restart-facts';
import { startDelivery } from '../intake/start-delivery';
import type { RetryRequest } from '../shipment/retry-request';
import type { ShipmentUpdate } from '../shipment/update';
import { whyNoneOfThese, whyNoRestart } from '../shipment/why-no-restart';
import type { DeliveryInput } from '../workflows/contract';
import { retryNowUpdate } from '../workflows/messages';

/** How long one call of Temporal may take; milliseconds. */
const CALL_BUDGET_MS = 1_000;
/** How long a worker may take to accept a retry; milliseconds. It answers within one workflow task. */
const ANSWER_BUDGET_MS = 3_000;

export interface RetryParts {
  readonly temporal: Client;
  readonly pool: pg.Pool;
  readonly waitLimits: WaitLimits;
  /** Where the workers of the deliveries listen; tests have queues of their own. */
  readonly taskQueue?: string;
}

/** How a retry ended: an open delivery was asked, a closed one started again, or it refuses, with words. */
export type RetryEnd =
  | { readonly kind: 'asked' | 'restarted'; readonly runId: string; readonly words: string }
  | { readonly kind: 'refused'; readonly code: RetryRefusal; readonly words: string };
export type RetryRefusal = 'nothing-to-retry' | 'history-gone' | 'worker-unavailable';

/**
 * Tries a delivery again. An open one is asked; a closed one starts again under the same id, also when Temporal has
 * forgotten it, with what PostgreSQL holds. Devices that were reached are not pushed again.
 * @param bulkId of the bulk retry that this belongs to: a repeat of it asks and starts nothing twice
 * @throws what the Temporal client throws when the server does not answer, and errors of PostgreSQL
 */
export async function retryDelivery(
  parts: RetryParts,
  workflowId: string,
  request: RetryRequest,
  bulkId?: string,
): Promise<RetryEnd> {
  let latest = await describe(parts.temporal, workflowId);
  // Started by an earlier try of this very retry; it may have closed since.
  if (latest && bulkId !== undefined && latest.bulkId === bulkId) return restarted(latest.runId);
  if (latest?.open) {
    const reason = await whyNone(parts, workflowId, request);
    if (reason !== null) return refusal('nothing-to-retry', reason);
    const end = await askOpenDelivery(parts.temporal, workflowId, request, latest.runId, bulkId);
    if (end) return end;
    latest = await describe(parts.temporal, workflowId);
  }
  return restart(parts, workflowId, latest, request, bulkId);
}

/** A workflow takes every retry, since it cannot look: for devices that need nothing it would do nothing. */
async function whyNone(
  { pool }: RetryParts,
  workflowId: string,
  { devices }: RetryRequest,
): Promise<string | null> {
  if (devices === undefined) return null;
  const facts = await inTransaction(pool, (db) => selectRestartFacts(db, workflowId, devices));
  return facts && whyNoneOfThese(facts);
}

const restarted = (runId: string): RetryEnd => ({
  kind: 'restarted',
  runId,
  words: 'the delivery had closed and was started again',
});

interface LatestRun {
  readonly runId: string;
  readonly firstRunId: string;
  readonly open: boolean;
  /** Of the bulk retry that started it. */
  readonly bulkId: unknown;
}

/** @returns `undefined` when Temporal does not know it, or no longer */
async function describe(temporal: Client, workflowId: string): Promise<LatestRun | undefined> {
  try {
    const { runId, status, memo, raw } = await within(temporal, CALL_BUDGET_MS, () =>
      temporal.workflow.getHandle(workflowId).describe(),
    );
    // A delivery to many devices goes on as a new run; what the webhook said is in the first.
    const firstRunId = raw.workflowExecutionInfo?.firstRunId || runId;
    return { runId, firstRunId, open: status.name === 'RUNNING', bulkId: memo?.['bulkRetry'] };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

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
    const words = await within(temporal, ANSWER_BUDGET_MS, () =>
      handle.executeUpdate<string, [RetryRequest]>(retryNowUpdate.name, {
        args: [request],
        ...(updateId !== undefined && { updateId }),
      }),
    );
    return { kind: 'asked', runId, words };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    if (error instanceof WorkflowUpdateFailedError) {
      return refusal('nothing-to-retry', error.cause?.message ?? error.message);
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      return refusal('worker-unavailable', 'no worker took the retry in time; is one running?');
    }
    throw error;
  }
}

async function restart(
  parts: RetryParts,
  workflowId: string,
  latest: LatestRun | undefined,
  request: RetryRequest,
  bulkId?: string,
): Promise<RetryEnd> {
  const { temporal, pool, waitLimits: limits } = parts;
  const facts = await inTransaction(pool, (db) => selectRestartFacts(db, workflowId, request.devices));
  const reason = facts && whyNoRestart(facts);
  if (reason !== null) return refusal('nothing-to-retry', reason);

  const update = facts?.update ?? (latest && (await readInput(temporal, workflowId, latest.firstRunId)));
  if (!update) {
    return refusal(
      'history-gone',
      'neither Temporal nor the database knows this delivery, or keeps what it was told',
    );
  }
  const retryOf = { ...request, runId: latest?.runId ?? facts?.runId ?? '' };
  const memo = bulkId === undefined ? {} : { bulkRetry: bulkId };
  const { runId } = await within(temporal, CALL_BUDGET_MS, () =>
    startDelivery(parts, { update, limits, retryOf }, workflowId, memo),
  );
  if (runId === undefined) {
    return refusal('nothing-to-retry', 'another retry of this delivery has just been started');
  }
  return restarted(runId);
}

/** Reads what a run was started with: the first event of its history. */
async function readInput(
  temporal: Client,
  workflowId: string,
  runId: string,
): Promise<ShipmentUpdate | undefined> {
  const { history } = await within(temporal, CALL_BUDGET_MS, () =>
    temporal.workflowService.getWorkflowExecutionHistory({
      namespace: temporal.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    }),
  );
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const [input] = arrayFromPayloads(defaultPayloadConverter, started?.input?.payloads);
  return (input as DeliveryInput | undefined)?.update;
}

function refusal(code: RetryRefusal, words: string): RetryEnd {
  return { kind: 'refused', code, words };
}

function within<T>(temporal: Client, budgetMs: number, call: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + budgetMs, call);
}
