import { isDeepStrictEqual } from 'node:util';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import {
  RETENTION_WORKFLOW,
  RETIRE_SILENT_WORKFLOW,
  SWEEP_WORKFLOW,
  type SweepInput,
  TASK_QUEUE,
} from '../src/workflows/contract';

export interface Every {
  readonly scheduleId: string;
  readonly every: Duration;
  /** One run must not outlive this. */
  readonly timeout: Duration;
  readonly workflowType: string;
  readonly args?: readonly unknown[];
}

/**
 * Makes Temporal start a workflow of ours at fixed intervals, unless the last one is under way. A second call changes
 * nothing; what an earlier release had it start is brought up to date, and nothing else that a person has set.
 */
async function ensureSchedule(
  client: Client,
  { scheduleId, every, timeout, workflowType, args = [] }: Every,
): Promise<void> {
  const action = {
    type: 'startWorkflow' as const,
    workflowType,
    workflowId: scheduleId,
    taskQueue: TASK_QUEUE,
    workflowExecutionTimeout: timeout,
    args: [...args],
  };
  try {
    await client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every }] },
      action,
      // One run sees everything: of those that were missed, the last one is enough.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: every },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const schedule = client.schedule.getHandle(scheduleId);
    const known = (await schedule.describe()).action;
    if (known.type === 'startWorkflow' && isDeepStrictEqual(known.args ?? [], action.args)) return;
    await schedule.update((found) => ({ ...found, action }));
  }
}

export const SWEEP_SCHEDULE_ID = 'waybell-sweep';

/** One run each minute would be 1,440 lines a day in the list of workflows; these are four. */
const SWEEP: SweepInput = { minutes: 6 * 60 };

/**
 * Makes Temporal look once a minute for waits whose condition holds by now: orders may be changed by plain SQL,
 * of which nobody tells us. A run does that for hours; the schedule sees each minute that there is one.
 */
export function ensureSweepSchedule(client: Client): Promise<void> {
  return ensureSchedule(client, {
    scheduleId: SWEEP_SCHEDULE_ID,
    workflowType: SWEEP_WORKFLOW,
    every: '1m',
    // Its last pass may have to be tried again.
    timeout: '7h',
    args: [SWEEP],
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
