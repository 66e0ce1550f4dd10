import { DateTime } from 'luxon';
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
  /** Tried three times in all: see `PushAnswer`. */
  readonly unclear?: true;
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

/** An answer that came, and does not say what became of the push: each try may be shown. */
export const retryUnclear = (reason: string): Ruling => ({ ...retryAmbiguous(reason, 10), unclear: true });

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
/** Answers that ask for another try, and are no trouble of the provider. */
const NO_TROUBLE = [TOKEN_REFRESH.reason, 'host_moved', 'registered_since'];
export const saysNothingOfProvider = (reason: string): boolean => NO_TROUBLE.includes(reason);
/** A new token is refused like the one before: the keys behind it are wrong, or our clock is. */
export const TOKEN_REFUSED_AGAIN = fail('provider_config', 'credential');

/** @param askedMs what the provider asks for in Retry-After: it knows better than the table, in both directions. */
export function toAnswer(ruling: Ruling, words: string, askedMs: number | null = null): PushAnswer {
  return {
    class: ruling.class,
    reason: ruling.reason,
    words: cutText(visibleText(words), WORDS_LENGTH),
    ...(ruling.retryAfterMs !== undefined && { retryAfterMs: askedMs ?? ruling.retryAfterMs }),
    definite: ruling.class !== 'accepted' && ruling.ambiguous !== true,
    ...(ruling.unclear && { unclear: ruling.unclear }),
    ...(ruling.hold && { hold: ruling.hold }),
  };
}

/** Who asks for less would be asked again at once, by every push that waits. */
const SHORTEST_MS = SECOND;
/** A provider that asks for a day would outlive every delivery; asked again after an hour, it can repeat itself. */
const LONGEST_MS = 60 * 60 * SECOND;

/** Reads a Retry-After header: seconds or an HTTP date. `null` when it is missing, past or unreadable. */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : DateTime.fromHTTP(text).toMillis() - now;
  return wait >= 0 ? Math.min(Math.max(wait, SHORTEST_MS), LONGEST_MS) : null;
}
