import { MAY_FOLLOW } from './may-follow';
import { dayOf } from './shop-day';
import type { ShipmentStatus } from './status';

/** What the decision needs of a stored scan. */
export interface DatedStatus {
  /** ISO 8601 in UTC with milliseconds: sorts as text. */
  readonly time: string;
  readonly status: ShipmentStatus | null;
}

export interface CurrentStatus {
  readonly status: ShipmentStatus;
  /** Time of the first scan of the unbroken run of this status. */
  readonly enteredAt: string;
  /** Time of the newest scan of that run. */
  readonly latestAt: string;
  /** `delivered` while on its way back, and nothing says who signed: the buyer, or the sender. */
  readonly unproven?: true;
}

/**
 * Scans of the same second, from the first to the one that wins: a problem goes before the scan that says where the
 * parcel is, and a failed attempt before the locker that it was put into.
 */
const ORDER_IN_A_SECOND: readonly ShipmentStatus[] = [
  'exception',
  'info_received',
  'picked_up',
  'in_transit',
  'customs',
  'out_for_delivery',
  'failed_attempt',
  'available_for_pickup',
  'delivered',
  'returning',
  'returned',
];

type Scan = { readonly time: string; readonly status: ShipmentStatus };

export function byTime(a: Scan, b: Scan): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return ORDER_IN_A_SECOND.indexOf(a.status) - ORDER_IN_A_SECOND.indexOf(b.status);
}

/**
 * Computes the status by walking through the scans in the order of their times: each moves on from the one before if it
 * may follow it. So the order in which scans arrive never matters. A word about silence (`expired`) is no scan: it
 * stands while nothing has arrived after it, whatever the times say.
 * @param events in the order of their arrival
 * @param zone IANA zone of the shop's days
 * @returns `null` when no scan has a status that we know.
 */
export function currentStatus(events: readonly DatedStatus[], zone: string): CurrentStatus | null {
  const scans = events.filter((event): event is Scan => event.status !== null && event.status !== 'expired');
  const last = walk(scans.sort(byTime), zone);
  const newest = events.at(-1);
  if (newest?.status !== 'expired') return last;
  if (last !== null && MAY_FOLLOW[last.status].expired === 'no') return last;
  return { status: 'expired', enteredAt: newest.time, latestAt: newest.time };
}

function walk(scans: readonly Scan[], zone: string): CurrentStatus | null {
  // How far the parcel has come: a problem says nothing of that.
  let place: ShipmentStatus | null = null;
  let wayBack: 'no' | 'announced' | 'under way' = 'no';
  let run = null as CurrentStatus | null;
  for (const { time, status } of scans) {
    if (place !== null && MAY_FOLLOW[place][status] === 'no') {
      // A scan on the road may be one of the way back: whoever gets the parcel then may be the sender.
      if (place === 'returning') wayBack = 'under way';
      continue;
    }
    if (status === 'returning' && wayBack === 'no') wayBack = 'announced';
    const calledOff = status === 'out_for_delivery' || status === 'available_for_pickup';
    if (calledOff && wayBack === 'announced') wayBack = 'no';
    if (status !== 'exception') place = status;
    run =
      run?.status === status && !isNextDay(status, run.latestAt, time, zone)
        ? { ...run, latestAt: time }
        : {
            status,
            enteredAt: time,
            latestAt: time,
            ...(status === 'delivered' && wayBack !== 'no' && { unproven: true as const }),
          };
  }
  return run;
}

/** "Out for delivery" is said of a day: on the next one it is said anew. */
function isNextDay(status: ShipmentStatus, before: string, now: string, zone: string): boolean {
  return MAY_FOLLOW[status][status] === 'next day' && dayOf(zone, now) > dayOf(zone, before);
}
