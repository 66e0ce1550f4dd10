import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import {
  RETENTION_WORKFLOW,
  RETIRE_SILENT_WORKFLOW,
  SWEEP_WORKFLOW,
  TASK_QUEUE,
} from '../src/workflows/contract';

export interface Every {
  readonly scheduleId: string;
  readonly every: Duration;
  /** One run must not outlive this. */
  readonly timeout: Duration;
  readonly workflowType: string;
}

/** Makes Temporal start a workflow of ours at fixed intervals. A second call changes nothing. */
async function ensureSchedule(
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

export const SWEEP_SCHEDULE_ID = 'waybell-sweep';

/**
 * Makes Temporal look once a minute for waits whose condition holds by now: orders may be changed by plain SQL,
 * of which nobody tells us.
 */
export function ensureSweepSchedule(client: Client): Promise<void> {
  return ensureSchedule(client, {
    scheduleId: SWEEP_SCHEDULE_ID,
    workflowType: SWEEP_WORKFLOW,
    every: '1m',
    timeout: '2m',
  });
}

export const SILENT_DEVICES_SCHEDULE_ID = 'waybell-silent-devices';

/** Makes Temporal look once a day for devices that are silent for longer than their provider keeps them. */
export function ensureSilentDevicesSchedule(client: Client): Promise<void> {
  return ensureSchedule(client, {
    scheduleId: SILENT_DEVICES_SCHEDULE_ID,
    workflowType: RETIRE_SILENT_WORKFLOW,
    every: '1d',
    timeout: '1h',
  });
}

export const RETENTION_SCHEDULE_ID = 'waybell-retention';

/** Makes Temporal delete once an hour what is older than the settings keep it. */
export function ensureRetentionSchedule(client: Client): Promise<void> {
  return ensureSchedule(client, {
    scheduleId: RETENTION_SCHEDULE_ID,
    workflowType: RETENTION_WORKFLOW,
    every: '1h',
    timeout: '2h',
  });
}
