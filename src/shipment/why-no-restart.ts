import type { Verdict } from './decide-announcement';
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

const NONE_OF_THESE = 'nothing to retry: none of these devices still needs the message';

/** A person may know better than the clock. */
function whyTooOld({ tooOldSince }: Pick<ClosedDelivery, 'tooOldSince'>, force: boolean): string | null {
  if (tooOldSince === null || force) return null;
  return `nothing to retry: too old to be told since ${tooOldSince}; with force it is told all the same`;
}

/** Why another try of an open delivery would reach nobody; `null` when it would. */
export function whyNoneOfThese(
  delivery: Omit<ClosedDelivery, 'verdict' | 'leftOpen' | 'newerStatus'>,
  force: boolean,
): string | null {
  const { notifications, deviceLeft, someDevices } = delivery;
  const tooOld = whyTooOld(delivery, force);
  if (tooOld !== null) return tooOld;
  // Before it knows whom to tell, the retry looks for that.
  return someDevices && notifications.length > 0 && !deviceLeft ? NONE_OF_THESE : null;
}

/** Why another try of a closed delivery has nothing to do, in words; `null` when it has. */
export function whyNoRestart(delivery: ClosedDelivery, force: boolean): string | null {
  const { verdict, leftOpen, newerStatus, notifications, deviceLeft, someDevices } = delivery;
  if (verdict !== 'announce') return `nothing to retry: the update announced nothing (${verdict})`;
  // Otherwise nothing would ever end it.
  if (leftOpen) return null;
  if (newerStatus !== null) return `nothing to retry: a newer status is known (${newerStatus})`;
  const tooOld = whyTooOld(delivery, force);
  if (tooOld !== null) return tooOld;
  if (deviceLeft) return null;
  if (someDevices) return NONE_OF_THESE;
  const reached = notifications.every(({ accepted, failed }) => accepted > 0 && failed === 0);
  if (notifications.length > 0 && reached) {
    return 'nothing to retry: every push was accepted, and no other device is registered';
  }
  return null;
}
