import type { Client } from '@temporalio/client';
import { RETIRE_SILENT_WORKFLOW } from '../src/workflows/contract';
import { ensureSchedule } from './schedules';

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
