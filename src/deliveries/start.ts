import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { deliveryWorkflowId } from '../sources/update-identity';
import { DELIVERY_WORKFLOW, TASK_QUEUE, type DeliveryInput } from '../workflows/contract';
import { CARRIER, DELIVERY_STATUS, TRACKING_NO } from '../workflows/search-attributes';
import { deliverySummary, newestEvent } from '../intake/delivery-summary';

export interface StartedDelivery {
  readonly workflowId: string;
  /** `undefined`: the delivery is known, nothing was started. */
  readonly runId: string | undefined;
}

export interface Starter {
  readonly temporal: Client;
  /** Where the workers of the deliveries listen; tests have queues of their own. */
  readonly taskQueue?: string;
}

/**
 * Starts the delivery of one update; when this resolves, it is durable. An update that Temporal knows starts
 * nothing, unless its workflow failed; `retryOf` starts a closed one again. Sources keep an update below the
 * 256 KB that Temporal warns at.
 * @param memo what is kept beside the run, for who looks at it from outside
 * @throws what the Temporal client throws; under a deadline if the caller has set one
 */
export async function startDelivery(
  { temporal, taskQueue = TASK_QUEUE }: Starter,
  input: DeliveryInput,
  workflowId = deliveryWorkflowId(input.update),
  memo: Readonly<Record<string, unknown>> = {},
): Promise<StartedDelivery> {
  const { update, retryOf } = input;
  try {
    const handle = await temporal.workflow.start(DELIVERY_WORKFLOW, {
      taskQueue,
      workflowId,
      args: [input],
      workflowIdReusePolicy: retryOf ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: deliverySummary(update),
      memo,
      typedSearchAttributes: [
        { key: CARRIER, value: update.carrier },
        { key: TRACKING_NO, value: update.trackingNo },
        { key: DELIVERY_STATUS, value: newestEvent(update)?.status ?? 'unknown' },
      ],
    });
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, runId: undefined };
    throw error;
  }
}
