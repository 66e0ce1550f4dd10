import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { DELIVERY_WORKFLOW, TASK_QUEUE, type DeliveryInput } from '../workflows/contract';
import { CARRIER, DELIVERY_STATUS, TRACKING_NO } from '../workflows/search-attributes';
import { deliveryWorkflowId } from '../sources/update-identity';
import type { ApiDependencies } from './dependencies';
import { deliverySummary, newestEvent } from './delivery-summary';
import { HttpProblem } from './http-problem';
import { askTemporal } from './temporal-problem';

/** An update of hundreds of scans is below 100 KB; Temporal itself warns at 256 KB and refuses at 2 MB. */
const MAX_INPUT_BYTES = 256 * 1024;

export interface StartedDelivery {
  readonly workflowId: string;
  /** `undefined`: the delivery is known, nothing was started. */
  readonly runId: string | undefined;
}

/**
 * Starts the delivery of one update; when this resolves, it is durable. An update that Temporal knows starts
 * nothing, unless its workflow failed; `retryOf` starts a closed one again.
 */
export async function startDelivery(
  { temporal, taskQueue = TASK_QUEUE }: Pick<ApiDependencies, 'temporal' | 'taskQueue'>,
  input: DeliveryInput,
  workflowId = deliveryWorkflowId(input.update),
): Promise<StartedDelivery> {
  const { update, retryOf } = input;
  if (Buffer.byteLength(JSON.stringify(input)) > MAX_INPUT_BYTES) {
    throw new HttpProblem(
      'update-too-large',
      `more than ${MAX_INPUT_BYTES} bytes about ${update.trackingNo}`,
    );
  }
  try {
    const handle = await askTemporal(temporal, () =>
      temporal.workflow.start(DELIVERY_WORKFLOW, {
        taskQueue,
        workflowId,
        args: [input],
        workflowIdReusePolicy: retryOf ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: deliverySummary(update),
        typedSearchAttributes: [
          { key: CARRIER, value: update.carrier },
          { key: TRACKING_NO, value: update.trackingNo },
          { key: DELIVERY_STATUS, value: newestEvent(update)?.status ?? 'unknown' },
        ],
      }),
    );
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, runId: undefined };
    throw error;
  }
}
