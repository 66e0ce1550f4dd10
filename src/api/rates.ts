import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config/config';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { callerAddress, subscriberOf, unnamedProxyOf } from './caller-address';
import { HttpProblem } from './http-problem';

/**
 * How often the same may come. None is for news: a webhook with a valid proof is never counted. Of what is refused
 * anyway, so much is answered, counted and logged as a sender with a wrong secret needs to be found, and the rest is
 * turned away for the price of one look-up. Keys and persons get many times what a shop and an app ask for, unless
 * the settings say otherwise.
 */
const RATES = {
  /** By address. */
  stranger: { points: 300, duration: 60, what: 'too many requests without proof came from this address' },
  /** By address. */
  logIn: { points: 30, duration: 60, what: 'too many wrong keys came from this address' },
  /** By channel. */
  proof: { points: 600, duration: 60, what: 'too many webhooks without a valid proof came to this URL' },
  /** By name of the key; in bursts of ten seconds. */
  key: { duration: 10, what: 'too many requests came with this key' },
  /** By user id. */
  person: { duration: 60, what: 'too many requests came from this person' },
} as const;
export type RateName = keyof typeof RATES;
type RateByAddress = 'stranger' | 'logIn';

/** Who is counted shares so many places, by a digest that nobody outside can aim at: no attack makes memory grow. */
const PLACES = 16_384;

/** Said in place of what was asked for, or of why it is refused. */
export interface TooMany {
  readonly problem: HttpProblem;
  /** Whether it is the first one of this time. */
  readonly isFirst: boolean;
}

export interface Rates {
  /** Counts one more. */
  take(rate: Exclude<RateName, RateByAddress>, who: string): Promise<TooMany | undefined>;
  /** Counts one more of the address of a request; never too many behind a proxy without a name: see `unnamedProxyOf`. */
  takeOfAddress(rate: RateByAddress, request: Request): Promise<TooMany | undefined>;
}

/** Counts in the memory of this process: each has its own. */
export function openRates(
  log: Logger,
  {
    keyRequestsPerSecond,
    personRequestsPerMinute,
  }: Pick<Config, 'keyRequestsPerSecond' | 'personRequestsPerMinute'>,
): Rates {
  const rates = {
    ...RATES,
    key: { ...RATES.key, points: keyRequestsPerSecond * RATES.key.duration },
    person: { ...RATES.person, points: personRequestsPerMinute },
  };
  const limiters = Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [name, new RateLimiterMemory(rate)]),
  ) as Record<RateName, RateLimiterMemory>;
  const salt = randomBytes(16);
  let hasToldOfProxy = false;

  function placeOf(who: string): string {
    const digest = createHash('sha256').update(salt).update(who).digest();
    return String(digest.readUInt32BE() % PLACES);
  }

  async function take(name: RateName, who: string): Promise<TooMany | undefined> {
    const { points, what } = rates[name];
    try {
      await limiters[name].consume(placeOf(who));
      return undefined;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      const words = `${what}; wait ${retryAfterSeconds} s`;
      return {
        problem: new HttpProblem('too-many-requests', words, { retryAfterSeconds }),
        isFirst: refused.consumedPoints === points + 1,
      };
    }
  }

  return {
    take,
    async takeOfAddress(name, request) {
      const proxy = unnamedProxyOf(request);
      if (proxy === undefined) return take(name, subscriberOf(callerAddress(request)));
      if (!hasToldOfProxy) {
        log.warn(
          { proxy },
          `a proxy at ${proxy} forwards requests and is not in TRUSTED_PROXIES: there are no limits per address`,
        );
      }
      hasToldOfProxy = true;
      return undefined;
    },
  };
}
