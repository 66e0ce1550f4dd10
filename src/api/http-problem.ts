import type { Response } from 'express';
import { ERRORS, type HttpErrorCode } from '../errors';

export interface ProblemDetails {
  /** The field of the request that is wrong. */
  readonly field?: string;
  /** When it is worth trying again. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** Thrown when a request cannot be answered with what it asks for. `message` is shown to the caller. */
export class HttpProblem extends Error {
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: HttpErrorCode,
    message: string,
    { field, retryAfterSeconds, cause }: ProblemDetails = {},
  ) {
    super(message, { cause });
    this.name = 'HttpProblem';
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Sends a problem in the one shape that every refusal has. */
export function sendProblem(response: Response, problem: HttpProblem): void {
  const { code, message, field, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
  response.status(problem.status).json({ ok: false, code, message, ...(field !== undefined && { field }) });
}
