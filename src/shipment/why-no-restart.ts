import type { Verdict } from './decide-announcement';
import type { Explanation } from './explanation';
import { retryWords } from './retry-words';
import type { ShipmentStatus } from './status';

/** What is known about a delivery that has closed. */
export interface ClosedDelivery {
  readonly verdict: Verdict;
  /** Ended from outside, before it could write its end. */
  readonly leftOpen: boolean;
  /** What people were told after it. */
  readonly newerStatus: ShipmentStatus | null;
  /** By notification, how its pushes ended. */
  readonly notifications: readonly { readonly accepted: number; readonly failed: number }[];
  /** An active device that the message has not reached. */
  readonly deviceLeft: boolean;
  /** Since when its status is too old to be told; ISO 8601. */
  readonly tooOldSince: string | null;
  /** Only some devices were asked for. */
  readonly someDevices: boolean;
}

/** A person may know better than the clock. */
function whyTooOld({ tooOldSince }: Pick<ClosedDelivery, 'tooOldSince'>, force: boolean): Explanation | null {
  return tooOldSince === null || force ? null : retryWords('tooOld', tooOldSince);
}

/** Why another try of an open delivery would reach nobody; `null` when it would. */
export function whyNoneOfThese(
  delivery: Omit<ClosedDelivery, 'verdict' | 'leftOpen' | 'newerStatus'>,
  force: boolean,
): Explanation | null {
  const { notifications, deviceLeft, someDevices } = delivery;
  const tooOld = whyTooOld(delivery, force);
  if (tooOld !== null) return tooOld;
  // Before it knows whom to tell, the retry looks for that.
  return someDevices && notifications.length > 0 && !deviceLeft ? retryWords('noneOfThese') : null;
}

/** Why another try of a closed delivery has nothing to do; `null` when it has. */
export function whyNoRestart(delivery: ClosedDelivery, force: boolean): Explanation | null {
  const { verdict, leftOpen, newerStatus, notifications, deviceLeft, someDevices } = delivery;
  if (verdict !== 'announce') return retryWords('announcedNothing', verdict);
  // Otherwise nothing would ever end it.
  if (leftOpen) return null;
  if (newerStatus !== null) return retryWords('newerStatus', newerStatus);
  const tooOld = whyTooOld(delivery, force);
  if (tooOld !== null) return tooOld;
  if (deviceLeft) return null;
  if (someDevices) return retryWords('noneOfThese');
  const reached = notifications.every(({ accepted, failed }) => accepted > 0 && failed === 0);
  return notifications.length > 0 && reached ? retryWords('allAccepted') : null;
}
