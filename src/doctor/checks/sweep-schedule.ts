import { ScheduleNotFoundError } from '@temporalio/client';
import { ensureSweepSchedule, SWEEP_SCHEDULE_ID } from '../../../temporal/sweep-schedule';
import type { Check } from '../check';
import { ok, problem } from '../finding';

/** It acts once a minute; a busy server is some seconds late. */
const LATE_MS = 2 * 60_000;

/** Whether the sweep runs, which finds what nobody tells us. */
export const sweepSchedule: Check = {
  name: 'sweep',
  async run({ temporal, clock }) {
    const client = await temporal();
    const found = await client.schedule
      .getHandle(SWEEP_SCHEDULE_ID)
      .describe()
      .catch((error: unknown) => {
        if (error instanceof ScheduleNotFoundError) return undefined;
        throw error;
      });
    if (found === undefined) {
      return [
        problem(
          `There is no schedule ${SWEEP_SCHEDULE_ID}: orders linked by SQL wake nothing.`,
          'Start Waybell, or "waybell doctor --fix".',
          async () => {
            await ensureSweepSchedule(client);
            return `Schedule ${SWEEP_SCHEDULE_ID} made.`;
          },
        ),
      ];
    }
    if (found.state.paused) {
      return [
        problem(
          `Schedule ${SWEEP_SCHEDULE_ID} is paused: orders linked by SQL wake nothing.`,
          `temporal schedule toggle --unpause --schedule-id ${SWEEP_SCHEDULE_ID} --reason "seen by the doctor"`,
        ),
      ];
    }
    const [next] = found.info.nextActionTimes;
    const lateMs = next === undefined ? 0 : clock() - next.getTime();
    if (lateMs > LATE_MS) {
      return [
        problem(
          `Schedule ${SWEEP_SCHEDULE_ID} should have acted ${Math.round(lateMs / 1000)} s ago.`,
          'See whether Temporal’s own worker service runs, and compare the clocks of the machines.',
        ),
      ];
    }
    return [ok(`Schedule ${SWEEP_SCHEDULE_ID} acts every minute.`)];
  },
};
