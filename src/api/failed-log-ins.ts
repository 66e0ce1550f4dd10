import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from './http-problem';
import { requestIdOf } from './request-log';

/** So many wrong keys of one address are answered and logged in a minute. */
const MOST_FAILURES = 30;
const WINDOW_S = 60;
/** Addresses share so many places, by a digest that nobody outside can aim at: memory does not grow with an attack. */
const PLACES = 4_096;

export interface FailedLogIns {
  /** Notes a log-in that failed, and gives what to answer. Never logs what was shown. */
  note(request: Request, response: Response, problem: HttpProblem): Promise<HttpProblem>;
}

/**
 * Slows down who tries keys, and keeps their tries in the log without drowning it. A right key is taken at any time:
 * who shares an address, behind a proxy or a network of phones, is never locked out by another's wrong ones. Keys have
 * too many bits to be guessed at any rate.
 */
export function watchFailedLogIns(log: Logger): FailedLogIns {
  const limiter = new RateLimiterMemory({ points: MOST_FAILURES, duration: WINDOW_S });
  const salt = randomBytes(16);
  const placeOf = (address: string): string => {
    const digest = createHash('sha256').update(salt).update(address).digest();
    return String(digest.readUInt32BE() % PLACES);
  };

  return {
    async note(request, response, problem) {
      const address = request.ip ?? 'unknown';
      const line = { requestId: requestIdOf(response), address, code: problem.code };
      try {
        await limiter.consume(placeOf(address));
        log.warn(line, 'a log-in failed');
        return problem;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
        if (refused.consumedPoints === MOST_FAILURES + 1)
          log.warn(
            { ...line, seconds },
            'too many log-ins failed; more of this address are not logged for a while',
          );
        return new HttpProblem(
          'log-ins-failed',
          `too many wrong keys came from this address; wait ${seconds} s`,
          { retryAfterSeconds: seconds },
        );
      }
    },
  };
}
