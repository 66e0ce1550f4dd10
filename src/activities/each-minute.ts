import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { FailureType } from '../errors';
import { SWEEP_GOES_ON } from '../shipment/attention';

const MINUTE_MS = 60_000;

/**
 * One pass; or, with `minutes`, one after the other until so much time is over, one at the beginning of each minute.
 * Each is a try of the same activity, and ends as one that is to be tried again in a minute: that is how Temporal polls
 * what is looked at seldom (https://docs.temporal.io/develop/typescript/failure-detection#activity-next-retry-delay).
 * So a run has one line in the list and some ten events, holds no place of a worker between two passes, and goes on
 * with whichever worker is there: one of an earlier release does one pass, and the schedule starts the next run.
 * @returns how many were woken, in the last pass
 */
export function eachMinute(
  pass: () => Promise<number>,
  paceMs = MINUTE_MS,
): (minutes?: number) => Promise<number> {
  return async function passOn(minutes) {
    const begun = Date.now();
    const woken = await pass();
    if (minutes === undefined) return woken;
    const { scheduledTimestampMs } = activityInfo();
    if (begun + paceMs >= scheduledTimestampMs + minutes * MINUTE_MS) return woken;
    throw ApplicationFailure.create({
      type: SWEEP_GOES_ON satisfies FailureType,
      message: `looked, and woke ${woken}; looks again in a minute`,
      nextRetryDelay: Math.max(1, begun + paceMs - Date.now()),
      category: ApplicationFailureCategory.BENIGN,
    });
  };
}
