import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { arrayFromPayloads, defaultPayloadConverter } from '@temporalio/common';
import type { RetryRequest } from '../shipment/retry-request';
import type { DeliveryInput } from '../workflows/contract';
import { retryNowUpdate } from '../workflows/messages';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { startDelivery } from '../intake/start-delivery';
import { askTemporal } from './temporal-problem';

/** How long a worker may take to accept a retry; milliseconds. It answers within one workflow task. */
const ANSWER_BUDGET_MS = 3_000;

/** Seconds in which a restarted worker is back. */
const RETRY_AFTER_S = 5;

type RetryDependencies = Pick<ApiDependencies, 'temporal' | 'config' | 'taskQueue'>;

export interface Retried {
  readonly runId: string;
  /** True when the delivery had closed and was started again. */
  readonly restarted: boolean;
  /** In words, what will be tried. */
  readonly message: string;
}

/** Tries a delivery again: an open one is asked, a closed one starts anew with what it was started with. */
export async function retryDelivery(
  deps: RetryDependencies,
  workflowId: string,
  request: RetryRequest,
): Promise<Retried> {
  const { temporal } = deps;
  const { runId, open } = await describe(temporal, workflowId);
  if (open) {
    const message = await askOpenDelivery(temporal, workflowId, request);
    if (message !== undefined) return { runId, restarted: false, message };
  }
  return restart(deps, workflowId, request);
}

interface Described {
  readonly runId: string;
  readonly firstRunId: string;
  readonly open: boolean;
}

async function describe(temporal: Client, workflowId: string): Promise<Described> {
  try {
    const { runId, status, raw } = await askTemporal(temporal, () =>
      temporal.workflow.getHandle(workflowId).describe(),
    );
    // A delivery to many devices goes on as a new run; what the webhook said is in the first.
    const firstRunId = raw.workflowExecutionInfo?.firstRunId || runId;
    return { runId, firstRunId, open: status.name === 'RUNNING' };
  } catch (error) {
    throw asHistoryGone(error, workflowId);
  }
}

/** @returns `undefined` when the delivery closed in the meantime */
async function askOpenDelivery(
  temporal: Client,
  workflowId: string,
  request: RetryRequest,
): Promise<string | undefined> {
  try {
    const handle = temporal.workflow.getHandle(workflowId);
    // By name: the SDK's type of a definition knows no optional argument.
    return await temporal.withDeadline(Date.now() + ANSWER_BUDGET_MS, () =>
      handle.executeUpdate<string, [RetryRequest]>(retryNowUpdate.name, { args: [request] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    if (error instanceof WorkflowUpdateFailedError) {
      throw new HttpProblem('nothing-to-retry', error.cause?.message ?? error.message, { cause: error });
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new HttpProblem('worker-unavailable', 'no worker took the retry in time; is one running?', {
        retryAfterSeconds: RETRY_AFTER_S,
        cause: error,
      });
    }
    throw error;
  }
}

async function restart(deps: RetryDependencies, workflowId: string, request: RetryRequest): Promise<Retried> {
  const { temporal, config } = deps;
  const { runId: closedRunId, firstRunId } = await describe(temporal, workflowId);
  const { update } = await readInput(temporal, workflowId, firstRunId);
  const input = { update, limits: config.waitLimits, retryOf: { ...request, runId: closedRunId } };
  const { runId } = await askTemporal(temporal, () => startDelivery(deps, input, workflowId));
  if (runId === undefined) {
    throw new HttpProblem('nothing-to-retry', 'another retry of this delivery has just been started');
  }
  return { runId, restarted: true, message: 'the delivery had closed and was started again' };
}

/** Reads what a run was started with: the first event of its history. */
async function readInput(temporal: Client, workflowId: string, runId: string): Promise<DeliveryInput> {
  try {
    const { history } = await askTemporal(temporal, () =>
      temporal.workflowService.getWorkflowExecutionHistory({
        namespace: temporal.options.namespace,
        execution: { workflowId, runId },
        maximumPageSize: 1,
      }),
    );
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    const [input] = arrayFromPayloads(defaultPayloadConverter, started?.input?.payloads);
    return input as DeliveryInput;
  } catch (error) {
    throw asHistoryGone(error, workflowId);
  }
}

/** Temporal forgets a closed workflow after the retention of the namespace. */
function asHistoryGone(error: unknown, workflowId: string): unknown {
  if (!(error instanceof WorkflowNotFoundError)) return error;
  return new HttpProblem('history-gone', `Temporal no longer keeps ${workflowId}`, { cause: error });
}
