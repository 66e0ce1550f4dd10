import type { RequestHandler, Response } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import { insertDecision, writeOutcome } from '../database/audit';
import { inTransaction } from '../database/pool';
import { type Access, isAudited, nameOf } from './access';
import { callerOf } from './auth';
import { HttpProblem } from './http-problem';
import { requestIdOf } from './request-log';

/** Longer lists are cut: the audit says what somebody decided, and is no copy of it. */
const MAX_ASKED = 2_000;
const MAX_SUBJECT = 600;

const written = (asked: object): string => JSON.stringify(asked).slice(0, MAX_ASKED);

interface Asked {
  readonly params: object | undefined;
  readonly body: object | undefined;
}

interface Trail {
  /** @returns the id of the row */
  begin(action: string, asked: Asked, response: Response): Promise<string>;
  /** @param asked in place of what was written at the beginning */
  end(id: string, outcome: string, response: Response, asked?: object): Promise<void>;
}

/** Whatever is decided behind it is written down. */
export function keepAudit({ pool, log }: { readonly pool: pg.Pool; readonly log: Logger }): RequestHandler {
  const trail: Trail = {
    begin: (action, { params = {}, body = {} }, response) =>
      inTransaction(pool, (db) =>
        insertDecision(db, {
          actor: nameOf(callerOf(response)),
          place: response.req.ip ?? 'unknown',
          action,
          subject: Object.values(params).join(' ').slice(0, MAX_SUBJECT),
          asked: written(body),
        }),
      ),
    async end(id, outcome, response, asked) {
      try {
        await inTransaction(pool, (db) => writeOutcome(db, id, outcome, asked && written(asked)));
      } catch (error) {
        log.error(
          { requestId: requestIdOf(response), audit: id, outcome, err: error },
          'the audit lacks an outcome',
        );
      }
    },
  };
  return function noteDecisions(_request, response, next): void {
    response.locals['audit'] = trail;
    next();
  };
}

interface Audited {
  readonly id: string;
  readonly method: string;
  readonly access: Access;
  readonly forAudit?: (body: Record<string, unknown>) => object;
  readonly answerForAudit?: (answer: Record<string, unknown>) => object;
}

/**
 * Writes down who asks for what, then does it, then writes down how it ended. What cannot be written down is not
 * done; what was done and whose end cannot be written down stands there without an outcome, and in the log.
 */
export async function underAudit<T>(
  operation: Audited,
  asked: Asked,
  response: Response,
  act: () => T | Promise<T>,
): Promise<T> {
  if (!isAudited(operation)) return act();
  const trail = response.locals['audit'] as Trail;
  const { forAudit, answerForAudit } = operation;
  const body = asked.body && forAudit ? forAudit({ ...asked.body }) : asked.body;
  const id = await trail.begin(operation.id, { ...asked, body }, response);
  try {
    const answer = await act();
    // First, so that a long list is what is cut.
    const withFound = answerForAudit && { ...answerForAudit(answer as Record<string, unknown>), ...body };
    await trail.end(id, 'done', response, withFound);
    return answer;
  } catch (error) {
    await trail.end(id, error instanceof HttpProblem ? error.code : 'failed', response);
    throw error;
  }
}
