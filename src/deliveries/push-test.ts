import type { Client } from '@temporalio/client';
import { PUSH_TEST_WORKFLOW, TASK_QUEUE, type TestPushInput } from '../workflows/contract';
import { CALL_BUDGET_MS } from './runs';

export const pushTestWorkflowId = (testId: string): string => `push-test/${testId}`;

/**
 * Starts a test that is written down.
 * @throws what the Temporal client throws when the server does not answer
 */
export async function startPushTest(
  { temporal, taskQueue = TASK_QUEUE }: { readonly temporal: Client; readonly taskQueue?: string },
  testId: string,
): Promise<void> {
  const input: TestPushInput = { testId };
  await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
    temporal.workflow.start(PUSH_TEST_WORKFLOW, {
      workflowId: pushTestWorkflowId(testId),
      taskQueue,
      args: [input],
      // What no worker has taken by then, nobody waits for any more.
      workflowExecutionTimeout: '10m',
      staticSummary: 'one test message to one phone',
    }),
  );
}
