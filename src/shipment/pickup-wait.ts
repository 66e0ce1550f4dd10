import { byTime } from './current-status';
import { pickupCodesIn } from './masking/pickup-codes';
import { MAY_FOLLOW } from './may-follow';
import type { ShipmentStatus } from './status';

/** How long after its scan a pickup code is kept and shown; days. Lockers and stations send a parcel back by then. */
export const PICKUP_CODE_DAYS = 7;
const DAY_MS = 24 * 60 * 60_000;

/** A problem, and silence, say nothing of where a parcel is: one that waits to be collected may still wait. */
export const SAYS_NO_PLACE: readonly ShipmentStatus[] = ['exception', 'expired'];

/** Whether a parcel of this status does not wait to be collected any more: nobody needs its code. */
export function endsPickup(status: ShipmentStatus): boolean {
  return !SAYS_NO_PLACE.includes(status) && MAY_FOLLOW.available_for_pickup[status] === 'yes';
}

/** A scan as its sender wrote it. */
export interface UnmaskedScan {
  /** ISO 8601 in UTC with milliseconds. */
  readonly time: string;
  readonly status: ShipmentStatus | null;
  readonly text: string;
}

/** The codes with which a parcel is collected, in clear: for whoever seals them. */
export interface PickupCodes {
  /** Of the scan that says them, not later than now; ISO 8601. */
  readonly scannedAt: string;
  readonly codes: readonly string[];
}

/**
 * What has to be known to collect a parcel, by what one request says of it: the codes of its newest scan that has some,
 * while it waits. A history that goes on after that, or is older than codes are kept, has none to tell.
 * @param now milliseconds since 1970
 */
export function pickupCodesOf(
  scans: readonly UnmaskedScan[],
  trackingNo: string,
  now: number,
): PickupCodes | undefined {
  const dated = scans.filter((scan): scan is Dated => scan.status !== null).sort(byTime);
  for (const { time, status, text } of dated.reverse()) {
    if (endsPickup(status)) return undefined;
    if (Date.parse(time) <= now - PICKUP_CODE_DAYS * DAY_MS) return undefined;
    if (status !== 'available_for_pickup') continue;
    const codes = pickupCodesIn(text, trackingNo);
    if (codes.length > 0) {
      return { scannedAt: new Date(Math.min(Date.parse(time), now)).toISOString(), codes };
    }
  }
  return undefined;
}

type Dated = UnmaskedScan & { readonly status: ShipmentStatus };
