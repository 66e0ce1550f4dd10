import type { Response } from 'express';
import { z } from 'zod';
import { ERRORS, type HttpErrorCode } from '../errors';

export const HTTP_ERROR_CODES = Object.entries(ERRORS).flatMap(([code, { kind }]) =>
  kind === 'http' ? [code as HttpErrorCode] : [],
);

/** The one shape that every refusal has. */
export const problemAnswer = z
  .object({
    ok: z.literal(false),
    code: z.enum(HTTP_ERROR_CODES),
    message: z.string().describe('For people; never a stack trace.'),
    field: z.string().optional().describe('The field of the request that is to blame.'),
  })
  .meta({ id: 'Problem' });
export type ProblemAnswer = z.output<typeof problemAnswer>;

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

/** Sends a problem. */
export function sendProblem(response: Response, problem: HttpProblem): void {
  const { code, message, field, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
  const answer: ProblemAnswer = { ok: false, code, message, field };
  response.status(problem.status).json(answer);
}
