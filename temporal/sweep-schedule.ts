import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { SWEEP_WORKFLOW, TASK_QUEUE } from '../src/workflows/contract';

const SCHEDULE_ID = 'waybell-sweep';

/**
 * Makes Temporal look once a minute for waits whose condition holds by now: orders may be changed by plain SQL,
 * of which nobody tells us. A second call changes nothing.
 */
export async function ensureSweepSchedule(client: Client): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: SCHEDULE_ID,
      spec: { intervals: [{ every: '1m' }] },
      action: {
        type: 'startWorkflow',
        workflowType: SWEEP_WORKFLOW,
        workflowId: SCHEDULE_ID,
        taskQueue: TASK_QUEUE,
        workflowExecutionTimeout: '2m',
      },
      // One sweep sees everything: those missed while no worker ran need not be made up for.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
