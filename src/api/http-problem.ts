import type { Response } from 'express';
import { z } from 'zod';
import { ERRORS, type HttpErrorCode } from '../errors';
import { REFUSED_IN_CHINESE } from '../refused-in-chinese';
import type { Explanation } from '../shipment/explanation';

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
    explanation: z
      .object({ en: z.string(), zh: z.string() })
      .optional()
      .describe('For people, in both languages; the Chinese may say less.'),
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
  readonly explanation: Explanation;

  constructor(
    readonly code: HttpErrorCode,
    words: string | Explanation,
    { field, retryAfterSeconds, cause }: ProblemDetails = {},
  ) {
    const explanation = typeof words === 'string' ? { en: words, zh: inChinese(code, field) } : words;
    super(explanation.en, { cause });
    this.explanation = explanation;
    this.name = 'HttpProblem';
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

const inChinese = (code: HttpErrorCode, field: string | undefined): string =>
  REFUSED_IN_CHINESE[code] + (field === undefined ? '' : `（${field}）`);

/** Sends a problem. */
export function sendProblem(response: Response, problem: HttpProblem): void {
  const { code, message, field, retryAfterSeconds, explanation } = problem;
  if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
  const answer: ProblemAnswer = { ok: false, code, message, field, explanation };
  response.status(problem.status).json(answer);
}
