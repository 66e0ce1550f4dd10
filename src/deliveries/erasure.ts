import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { ERASE_WORKFLOW, TASK_QUEUE, type EraseInput } from '../workflows/contract';
import { CALL_BUDGET_MS } from './runs';

export const erasureWorkflowId = (erasureId: string): string => `erasure/${erasureId}`;

/**
 * Between the two passes of an erasure: the archive, Temporal's list and a push under way are a second late, and a
 * process that was being restarted a minute; milliseconds.
 */
const PAUSE_MS = 60_000;

/**
 * Starts an erasure that is written down, unless it runs. Neither its id nor its input says whom it is about: Temporal
 * keeps both for weeks.
 * @throws what the Temporal client throws when the server does not answer; the sweep starts it then
 */
export async function startErasure(
  { temporal, taskQueue = TASK_QUEUE }: { readonly temporal: Client; readonly taskQueue?: string },
  erasureId: string,
): Promise<void> {
  const input: EraseInput = { erasureId, pauseMs: PAUSE_MS };
  try {
    await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
      temporal.workflow.start(ERASE_WORKFLOW, {
        workflowId: erasureWorkflowId(erasureId),
        taskQueue,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: 'erases what somebody asked for',
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
