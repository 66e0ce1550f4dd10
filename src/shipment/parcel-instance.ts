const DAY_MS = 86_400_000;

/**
 * Carriers use their numbers again after some years, and no parcel is silent for half a year and then moves
 * on: after such a gap a scan belongs to the next parcel under the same number.
 */
export const REUSE_GAP_MS = 180 * DAY_MS;

/** The newest parcel known under a number. Times are ISO 8601. */
export interface ParcelSpan {
  readonly instance: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/**
 * Gives each scan time the number of the parcel it belongs to.
 * @param newest the newest parcel stored so far, `null` when there is none
 * @param first the number of the first parcel, where there is none
 */
export function assignInstances(newest: ParcelSpan | null, times: readonly string[], first = 1): number[] {
  let span = newest;
  const assigned = new Map<string, number>();
  for (const time of [...new Set(times)].sort()) {
    if (span === null) span = { instance: first, firstAt: time, lastAt: time };
    const at = Date.parse(time);
    if (at < Date.parse(span.firstAt) - REUSE_GAP_MS) {
      assigned.set(time, span.instance - 1);
      continue;
    }
    if (at > Date.parse(span.lastAt) + REUSE_GAP_MS) {
      span = { instance: span.instance + 1, firstAt: time, lastAt: time };
    }
    span = {
      ...span,
      firstAt: time < span.firstAt ? time : span.firstAt,
      lastAt: time > span.lastAt ? time : span.lastAt,
    };
    assigned.set(time, span.instance);
  }
  return times.map((time) => assigned.get(time) ?? first);
}
