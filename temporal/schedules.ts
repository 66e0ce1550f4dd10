import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import { TASK_QUEUE } from '../src/workflows/contract';

export interface Every {
  readonly scheduleId: string;
  readonly every: Duration;
  /** One run must not outlive this. */
  readonly timeout: Duration;
  readonly workflowType: string;
}

/** Makes Temporal start a workflow of ours at fixed intervals. A second call changes nothing. */
export async function ensureSchedule(
  client: Client,
  { scheduleId, every, timeout, workflowType }: Every,
): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every }] },
      action: {
        type: 'startWorkflow',
        workflowType,
        workflowId: scheduleId,
        taskQueue: TASK_QUEUE,
        workflowExecutionTimeout: timeout,
      },
      // One run sees everything: of those that were missed, the last one is enough.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: every },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
