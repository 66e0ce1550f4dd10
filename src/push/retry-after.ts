const SECOND = 1_000;

/** A provider that asks for a day would outlive every delivery; asked again after an hour, it can repeat itself. */
const LONGEST_MS = 60 * 60 * SECOND;

/** Reads a Retry-After header (seconds or an HTTP date). 0 when it is missing, past or unreadable. */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), LONGEST_MS);
}
