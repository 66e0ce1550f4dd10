import { endOfDay } from './shop-day';
import type { ShipmentStatus } from './status';

const HOUR_MS = 3_600_000;

/** How old a scan may be for people to be told of it; hours. `other` is every status without a row of its own. */
export type MaxAgeHours = Readonly<Partial<Record<ShipmentStatus | 'other', number>>>;

/** Out for delivery is true until the end of its day; it has a number of hours only where the shop gives it one. */
export const MAX_AGE_HOURS: MaxAgeHours & { readonly other: number } = {
  failed_attempt: 24,
  available_for_pickup: 72,
  other: 7 * 24,
};

/** What a shop decides about the age of news. */
export interface NewsAge {
  /** IANA zone of the shop's days. */
  readonly zone: string;
  /** Instead of `MAX_AGE_HOURS`. */
  readonly maxAgeHours: MaxAgeHours;
}

/**
 * Until when a status may be told that was scanned at a moment: afterwards it is old news, or not true any more.
 * Judged when it is decided, and again before each push.
 * @returns ISO 8601 in UTC
 */
export function tellUntil(status: ShipmentStatus, scannedAt: string, { zone, maxAgeHours }: NewsAge): string {
  const ages = { ...MAX_AGE_HOURS, ...maxAgeHours };
  const hours = ages[status];
  if (hours === undefined && status === 'out_for_delivery')
    return new Date(endOfDay(zone, scannedAt)).toISOString();
  return new Date(Date.parse(scannedAt) + (hours ?? ages.other) * HOUR_MS).toISOString();
}

/** @param until as `tellUntil` gave it; absent in decisions from before there was an age */
export function isTooOld(until: string | undefined, now: number): boolean {
  return until !== undefined && Date.parse(until) <= now;
}

/** How a delivery ends of which nobody is told for its age. The columns of shops know no outcome of its own. */
export const TOO_OLD = { outcome: 'superseded', reason: 'too-old' } as const;
