import type { Client } from '@temporalio/client';
import { RETIRE_SILENT_WORKFLOW } from '../src/workflows/contract';
import { ensureSchedule } from './ensure-schedule';

/** Makes Temporal look once a day for devices that are silent for longer than their provider keeps them. */
export function ensureSilentDevicesSchedule(client: Client): Promise<void> {
  return ensureSchedule(client, {
    scheduleId: 'waybell-silent-devices',
    workflowType: RETIRE_SILENT_WORKFLOW,
    every: '1d',
    timeout: '1h',
  });
}
