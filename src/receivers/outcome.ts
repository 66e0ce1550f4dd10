import type { Refusal } from '../database/status-receivers';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The window of the first retry; doubles with every try. */
const FIRST_RETRY_MS = 5 * SECOND;
/** A receiver that is down for a day is asked some 150 times. */
const LONGEST_RETRY_MS = 10 * MINUTE;
/** More a receiver cannot ask for: it would be forgotten. */
const LONGEST_ASKED_MS = 60 * MINUTE;

/** Of the specification: the receiver wants no more. */
const GONE = 410;

/** What a receiver said to a change, as far as it counts. */
export interface ReceiverAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** What is asked besides: how often in a row it failed before, chance from `[0, 1)`, and the time. */
export interface Circumstances {
  readonly failures: number;
  readonly random: number;
  readonly now: number;
}

/** @returns `null` when it took the change */
export function refusalOf({ status, retryAfter }: ReceiverAnswer, when: Circumstances): Refusal | null {
  if (status >= 200 && status < 300) return null;
  if (status === GONE) return { words: 'HTTP 410: it wants no more', waitMs: null };
  const words = `HTTP ${status}${status >= 300 && status < 400 ? ': a redirect is not followed' : ''}`;
  return { words, waitMs: Math.max(waitOf(when), askedMs(retryAfter, when.now)) };
}

/** @param words why there is no answer */
export const unanswered = (words: string, when: Circumstances): Refusal => ({ words, waitMs: waitOf(when) });

/** Half of the window is chance, so that two receivers that failed together do not come back together. */
function waitOf({ failures, random }: Circumstances): number {
  // Beyond any number of tries that reaches the longest.
  const window = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 16));
  return Math.floor(window * (0.5 + random / 2));
}

/** `Retry-After`: seconds, or a date. */
function askedMs(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return 0;
  const ms = /^\d{1,9}$/.test(retryAfter.trim()) ? Number(retryAfter) * SECOND : Date.parse(retryAfter) - now;
  return ms > 0 ? Math.min(ms, LONGEST_ASKED_MS) : 0;
}
