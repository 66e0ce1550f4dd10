import type { ErrorRequestHandler, RequestHandler, Response, Router } from 'express';
import type { z } from 'zod';
import type { HttpErrorCode } from '../errors';
import type { Access } from './access';
import { underAudit } from './audit-trail';
import { requireAccess } from './auth';
import { HttpProblem } from './http-problem';
import { BODY_ROOMS, readBody } from './request-body';
import { checkFields, readJson, readOptionalJson } from './request-input';

/** The chapters of the description, in the order in which people read them. */
export const TAGS = {
  Webhooks: 'How carriers and the shop’s own systems come in.',
  Devices: 'How apps say which phone is whose, and what was seen on it.',
  Waybills: 'How the shop says which order a waybill belongs to.',
  Notifications: 'Which messages there are, what became of each, and to try again.',
  'Push providers': 'Which of them are held, and what waits for a person’s word.',
  'Status changes': 'Who is told each change of a status, and how far they are.',
  Erasure: 'How what is kept about somebody goes.',
  Health: 'For load balancers, monitoring and people.',
  Description: 'What you are reading.',
} as const;

/**
 * One route, as its callers see it. The router checks requests with these very schemas, the compiler holds
 * answers to them, and the OpenAPI document shows them: there is no second copy.
 */
export interface Operation {
  readonly method: 'get' | 'post' | 'put';
  /** As OpenAPI writes it: `{name}` stands for one segment. */
  readonly path: string;
  /** Unique; generated clients name their functions after it. */
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly description?: string;
  /** Who may ask: without a decision there is no route. */
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** What it heeds beside the proof of who asks; a preference, which is never refused. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** What the audit keeps of the body, where that names what must not stay; all of it when absent. */
  readonly forAudit?: (body: Record<string, unknown>) => object;
  /** What the audit keeps of the answer beside that: what was before, where it is overwritten. */
  readonly answerForAudit?: (answer: Record<string, unknown>) => object;
  /** No body counts as an empty object. */
  readonly bodyOptional?: true;
  /** Set where the request has the form of who asks, and maybe answer and refusal too: the media types of both. */
  readonly inTheirForm?: { readonly requests: readonly string[]; readonly answers?: readonly string[] };
  /** By HTTP status. Handlers give the input of a schema; what JSON makes of it is the output. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** Of all answers; JSON unless said. */
  readonly mediaType?: string;
  /** Codes that this route answers with, beside those that follow from its access and its input. */
  readonly problems: readonly HttpErrorCode[];
  readonly examples?: { readonly body?: unknown; readonly answer?: unknown };
}

type Checked<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What was asked, checked. */
export interface Asked<O extends Operation> {
  readonly params: Checked<O['params']>;
  readonly query: Checked<O['query']>;
  readonly body: Checked<O['body']>;
}

type AnswerOf<O extends Operation> = z.input<O['answers'][keyof O['answers'] & number]>;

/** Adds the route of an operation: checks what is asked, and sends what `answer` gives as JSON. */
export function serve<O extends Operation, const A extends AnswerOf<O>>(
  router: Router,
  operation: O,
  answer: (asked: Asked<O>, response: Response) => A | Promise<A>,
): void {
  const { params, query, body, bodyOptional }: Operation = operation;
  const readFields = bodyOptional ? readOptionalJson : readJson;
  addOperation(router, operation, async (request, response) => {
    const asked = {
      params: params && checkFields(params, request.params),
      query: query && checkFields(query, request.query),
      body: body && readFields(request, body),
    };
    const answered = await underAudit(operation, asked, response, () => answer(asked as Asked<O>, response));
    response.json(answered);
  });
}

/** Adds the route of an operation whose handler reads and answers in a way of its own. */
export function addOperation(
  router: Router,
  { method, path, access, body, inTheirForm }: Operation,
  handler: RequestHandler,
  { first, failed }: AroundBody = {},
): void {
  const isKnown = typeof access === 'object' || access === 'channel';
  const handlers = [
    ...(typeof access === 'object' ? [requireAccess(access)] : []),
    ...(first ? [first] : []),
    ...(body || inTheirForm ? [readBody(isKnown ? BODY_ROOMS.known : BODY_ROOMS.strangers)] : []),
    handler,
    ...(failed ? [failed] : []),
  ];
  addRoute(router, path.replace(/\{(\w+)\}/g, ':$1'), { [method]: handlers });
}

interface AroundBody {
  /** Sees the request before a byte of its body is read. */
  readonly first?: RequestHandler;
  /** Sees what the handlers throw, and what is wrong with the body. */
  readonly failed?: ErrorRequestHandler;
}

type Method = 'get' | 'post' | 'put';

/** Adds a route that takes exactly these methods and refuses every other with 405 and `Allow`. */
export function addRoute(
  router: Router,
  path: string,
  handlers: Partial<Record<Method, RequestHandler | (RequestHandler | ErrorRequestHandler)[]>>,
): void {
  const route = router.route(path);
  for (const [method, handler] of Object.entries(handlers)) route[method as Method](handler);
  const allow = Object.keys(handlers)
    .flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    .join(', ');
  route.all(function refuseMethod(request, response) {
    response.set('Allow', allow);
    throw new HttpProblem('method-not-allowed', `${request.method} is not possible here; use ${allow}`);
  });
}
