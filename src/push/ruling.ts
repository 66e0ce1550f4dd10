import type { PushAnswer, PushClass } from './provider';
import type { HoldCause } from '../shipment/device';
import { cutText, visibleText } from './text';

const SECOND = 1_000;
const WORDS_LENGTH = 200;

/** What to do about an answer: a row's right-hand side in every provider's table. */
export interface Ruling {
  readonly class: PushClass;
  readonly reason: string;
  readonly retryAfterMs?: number;
  /** The message may have been taken all the same. */
  readonly ambiguous?: true;
  readonly hold?: HoldCause;
}

export const accepted = (reason: string): Ruling => ({ class: 'accepted', reason });
export const deactivate = (reason: string): Ruling => ({ class: 'deactivate', reason });
export const fail = (reason: string, hold?: HoldCause): Ruling => ({
  class: 'fail',
  reason,
  ...(hold && { hold }),
});
export const retry = (reason: string, seconds: number): Ruling => ({
  class: 'retry',
  reason,
  retryAfterMs: seconds * SECOND,
});
export const retryAmbiguous = (reason: string, seconds: number): Ruling => ({
  ...retry(reason, seconds),
  ambiguous: true,
});

/** Rows of a table that have the same right-hand side. */
export const rows = <Code>(ruling: Ruling, ...codes: readonly Code[]): [Code, Ruling][] =>
  codes.map((code) => [code, ruling]);

export const TIMEOUT = retryAmbiguous('timeout', 10);
export const CONNECTION_LOST = retryAmbiguous('connection_lost', 5);
export const CREDENTIALS_TAKEN = accepted('credentials_taken');
/** No connection, so no request either. */
export const NOT_CONNECTED = retry('not_connected', 5);
/** Not sent at all. */
export const UNSENDABLE = fail('bad_payload');
/** Trying again heals a passing one, and the push's own time limit ends a lasting one. */
export const UNKNOWN_CODE = retry('unknown_code', 60);
/** Our token has run out: the next try brings a new one. */
export const TOKEN_REFRESH = retry('provider_auth_refresh', 0);
/** A new token is refused like the one before: the keys behind it are wrong, or our clock is. */
export const TOKEN_REFUSED_AGAIN = fail('provider_config', 'credential');

/** @param askedMs what the provider asks for in Retry-After; the table's value holds when it is larger. */
export function toAnswer(ruling: Ruling, words: string, askedMs = 0): PushAnswer {
  return {
    class: ruling.class,
    reason: ruling.reason,
    words: cutText(visibleText(words), WORDS_LENGTH),
    ...(ruling.retryAfterMs !== undefined && { retryAfterMs: Math.max(ruling.retryAfterMs, askedMs) }),
    definite: ruling.class !== 'accepted' && ruling.ambiguous !== true,
    ...(ruling.hold && { hold: ruling.hold }),
  };
}

const SECOND_MS = 1_000;

/** A provider that asks for a day would outlive every delivery; asked again after an hour, it can repeat itself. */
const LONGEST_MS = 60 * 60 * SECOND_MS;

/** Reads a Retry-After header (seconds or an HTTP date). 0 when it is missing, past or unreadable. */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now;
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), LONGEST_MS);
}
