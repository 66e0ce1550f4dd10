import {
  type Client,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  ensureRetentionSchedule,
  ensureSilentDevicesSchedule,
  ensureSweepSchedule,
  RETENTION_SCHEDULE_ID,
  SILENT_DEVICES_SCHEDULE_ID,
  SWEEP_SCHEDULE_ID,
} from '../../../temporal/schedules';
import { SWEEP_GOES_ON } from '../../shipment/attention';
import { ok, problem, warning, type Check, type Seen } from '../check';

/** A busy server is some seconds late. */
const LATE_MS = 2 * 60_000;

interface Wanted {
  readonly scheduleId: string;
  readonly ensure: (client: Client) => Promise<void>;
  readonly often: string;
  /** What goes wrong without it. */
  readonly otherwise: string;
}

/** Whether a schedule of ours is there, acts when it should, and what it starts comes to its end. */
function scheduleCheck(name: string, { scheduleId, ensure, often, otherwise }: Wanted): Check {
  return {
    name,
    async run({ temporal, clock }) {
      const client = await temporal();
      const found = await describe(client, scheduleId);
      if (found === undefined) {
        return [
          problem(
            `There is no schedule ${scheduleId}: ${otherwise}.`,
            'Start Waybell, or "waybell doctor --fix".',
            async () => {
              await ensure(client);
              return `Schedule ${scheduleId} made.`;
            },
          ),
        ];
      }
      if (found.state.paused) {
        return [
          problem(
            `Schedule ${scheduleId} is paused: ${otherwise}.`,
            `temporal schedule toggle --unpause --schedule-id ${scheduleId} --reason "seen by the doctor"`,
          ),
        ];
      }
      const [next] = found.info.nextActionTimes;
      const lateMs = next === undefined ? 0 : clock() - next.getTime();
      if (lateMs > LATE_MS) {
        return [
          problem(
            `Schedule ${scheduleId} should have acted ${Math.round(lateMs / 1000)} s ago.`,
            'See whether Temporal’s own worker service runs, and compare the clocks of the machines.',
          ),
        ];
      }
      return [
        await lastRun(client, found, { acts: `Schedule ${scheduleId} acts every ${often}`, now: clock() }),
      ];
    },
  };
}

async function describe(client: Client, scheduleId: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** How the last run ended that has ended, where the one under way does not say more. */
async function lastRun(
  client: Client,
  { info }: ScheduleDescription,
  { acts, now }: { readonly acts: string; readonly now: number },
): Promise<Seen> {
  for (const { action, takenAt } of info.recentActions.toReversed()) {
    const { workflowId, firstExecutionRunId } = action.workflow;
    const run = await describeRun(client, workflowId, firstExecutionRunId);
    if (run === undefined) continue;
    const when = takenAt.toISOString();
    const status = run.status.name;
    if (status === 'RUNNING') {
      const [step] = run.raw.pendingActivities ?? [];
      const dueMs = Number(step?.scheduledTime?.seconds ?? NaN) * 1_000;
      if (now - dueMs > LATE_MS)
        return warning(
          `${acts}, but its run of ${when} waits for a worker since ${new Date(dueMs).toISOString()}.`,
          'Start a worker: npx waybell start --only worker. The run goes on by itself.',
        );
      const lastTry = step?.lastFailure;
      if (!lastTry) continue;
      return lastTry.applicationFailureInfo?.type === SWEEP_GOES_ON
        ? ok(`${acts}; its run of ${when} goes on.`)
        : warning(
            `${acts}, but its run of ${when} fails: ${lastTry.message ?? ''}`,
            `Remove the cause; it is tried again by itself: temporal workflow describe --workflow-id '${workflowId}'`,
          );
    }
    return status === 'COMPLETED'
      ? ok(`${acts}; its run of ${when} is complete.`)
      : warning(
          `${acts}, but its run of ${when} ended as ${status}.`,
          `See whether a worker runs, then read: temporal workflow describe --workflow-id '${workflowId}'`,
        );
  }
  return ok(`${acts}; no run has ended yet.`);
}

/** @returns `undefined` when Temporal has forgotten it */
async function describeRun(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

export const sweepSchedule = scheduleCheck('sweep', {
  scheduleId: SWEEP_SCHEDULE_ID,
  ensure: ensureSweepSchedule,
  often: 'minute',
  otherwise: 'orders linked by SQL wake nothing',
});

export const silentDevicesSchedule = scheduleCheck('silent devices', {
  scheduleId: SILENT_DEVICES_SCHEDULE_ID,
  ensure: ensureSilentDevicesSchedule,
  often: 'day',
  otherwise: 'devices that nobody opens any more are pushed for ever',
});

export const retentionSchedule = scheduleCheck('retention', {
  scheduleId: RETENTION_SCHEDULE_ID,
  ensure: ensureRetentionSchedule,
  often: 'hour',
  otherwise: 'tables grow for ever',
});
