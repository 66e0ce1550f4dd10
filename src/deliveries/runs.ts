import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { arrayFromPayloads, defaultPayloadConverter } from '@temporalio/common';
import type { ShipmentUpdate } from '../shipment/update';
import type { DeliveryInput } from '../workflows/contract';

/** How long one call of Temporal may take; milliseconds. */
export const CALL_BUDGET_MS = 1_000;

/** The newest run of a delivery. */
export interface LatestRun {
  readonly runId: string;
  readonly firstRunId: string;
  readonly open: boolean;
  /** Of the bulk retry that started it. */
  readonly bulkId: unknown;
}

/** @returns `undefined` when Temporal does not know the delivery, or no longer */
export async function findLatestRun(temporal: Client, workflowId: string): Promise<LatestRun | undefined> {
  try {
    const { runId, status, memo, raw } = await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
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

/** Reads what a run was started with: the first event of its history. */
export async function readInput(
  temporal: Client,
  workflowId: string,
  runId: string,
): Promise<ShipmentUpdate | undefined> {
  const { history } = await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
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
