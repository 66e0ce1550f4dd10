import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { isTemporalAway } from '../deliveries/temporal-away';
import type { HttpErrorCode } from '../errors';
import { databaseProblem } from './database-problem';
import { HttpProblem, sendProblem } from './http-problem';
import type { Rates } from './rates';
import { dropBody } from './request-body';
import { callerField, hasCaller, requestIdOf } from './request-log';
import { temporalAway } from './temporal-problem';

export const refuseUnknownRoute: RequestHandler = (request) => {
  throw new HttpProblem('route-unknown', `there is no ${request.method} ${request.path.slice(0, 200)}`);
};

/** The one place where errors become answers. What nobody foresaw is logged in full and shown as an id. */
export function answerErrors(log: Logger, rates: Rates): ErrorRequestHandler {
  return async function answerError(error: unknown, request, response, next): Promise<void> {
    if (response.headersSent) {
      next(error);
      return;
    }
    const requestId = requestIdOf(response);
    await dropBody(request, response);
    const refused = problemOf(error);
    const tooMany =
      refused && isOfStranger(refused, response) ? await rates.takeOfAddress('stranger', request) : undefined;
    const problem = tooMany?.problem ?? refused;
    if (problem) {
      if (problem.status >= 500) {
        log.warn(
          { requestId, ...callerField(response), code: problem.code, err: problem.cause ?? problem },
          problem.message,
        );
      }
      sendProblem(response, problem);
      return;
    }
    log.error({ requestId, ...callerField(response), err: error }, 'unexpected error');
    sendProblem(response, new HttpProblem('internal', `something went wrong; request id ${requestId}`));
  };
}

/** Log-ins that failed have a rate of their own, and tokens that have expired none: their apps get new ones. */
const OF_LOG_INS: readonly HttpErrorCode[] = ['api-key-invalid', 'jwt-invalid'];

function isOfStranger({ status, code }: HttpProblem, response: Response): boolean {
  return [401, 403, 404].includes(status) && !OF_LOG_INS.includes(code) && !hasCaller(response);
}

/** What the caller is told of an error; `undefined` for one that nobody foresaw. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (isTemporalAway(error)) return temporalAway(error);
  return bodyProblem(error) ?? databaseProblem(error);
}

const CODE_OF_BODY_STATUS: Readonly<Record<number, HttpErrorCode>> = {
  400: 'request-malformed',
  413: 'body-too-large',
  415: 'content-encoding-unsupported',
};

/** Errors that express and its body reader throw about the request itself: they carry the status. */
function bodyProblem(error: unknown): HttpProblem | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const code = CODE_OF_BODY_STATUS[error.status];
  return code && new HttpProblem(code, error.message, { cause: error });
}
