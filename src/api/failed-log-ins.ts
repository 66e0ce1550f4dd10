import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { callerAddress } from './caller-address';
import { fewLines } from './few-lines';
import type { HttpProblem } from './http-problem';
import type { Rates } from './rates';
import { requestIdOf } from './request-log';

export interface FailedLogIns {
  /** Notes a log-in that failed, and gives what to answer. Never logs what was shown. */
  note(request: Request, response: Response, problem: HttpProblem): Promise<HttpProblem>;
}

/**
 * Slows down who tries keys, and keeps their tries in the log without drowning it. A right key is taken at any time:
 * who shares an address, behind a proxy or a network of phones, is never locked out by another's wrong ones. Keys have
 * too many bits to be guessed at any rate.
 */
export function watchFailedLogIns(log: Logger, rates: Rates): FailedLogIns {
  const lines = fewLines(log);
  return {
    async note(request, response, problem) {
      const alike = { address: callerAddress(request), code: problem.code };
      const requestId = requestIdOf(response);
      const tooMany = await rates.takeOfAddress('logIn', request);
      if (tooMany === undefined) {
        lines.warn(alike, { requestId }, 'a log-in failed');
        return problem;
      }
      if (tooMany.isFirst) {
        log.warn(
          { ...alike, requestId },
          'too many log-ins failed; more of this address are not logged for a while',
        );
      }
      return tooMany.problem;
    },
  };
}
