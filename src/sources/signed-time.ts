import type { Conditions, Verification } from './source';

/** Seconds since 1970 stay below this until the year 5138; milliseconds have been above it since 1973. */
const MILLISECONDS_FROM = 100_000_000_000;

/** A time that is written as a number, as ISO 8601; empty for anything that is no time. */
export function isoOfUnix(value: unknown): string {
  const millis = millisOf(value);
  // The range of Date.
  return Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString() : '';
}

/** Judged last, so that only who holds a secret learns that a signature is merely old. */
export function verdictOnAge(timestamp: string, conditions: Conditions): Verification {
  const { now, toleranceSeconds } = conditions;
  // What was signed can still be nonsense: NaN is never inside the tolerance.
  if (Math.abs(now - millisOf(timestamp)) <= toleranceSeconds * 1000) return { ok: true };
  const message = `the signed time is more than ${toleranceSeconds} s away from now`;
  return { ok: false, code: 'signature-expired', message };
}

function millisOf(value: unknown): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number > 0)) return Number.NaN;
  return number < MILLISECONDS_FROM ? number * 1000 : number;
}
