import type { Client } from '@temporalio/client';
import { SWEEP_WORKFLOW } from '../src/workflows/contract';
import { ensureSchedule } from './schedules';

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
