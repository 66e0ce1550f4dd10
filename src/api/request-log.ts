import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { type Caller, nameOf } from './access';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Gives every request an id, the caller's own if it sends a plain one, and logs how it ended. The pattern of
 * the route is logged, never the path: paths and queries may hold tokens and people's ids.
 */
export function logRequests(log: Logger): RequestHandler {
  return function logRequest(request, response, next): void {
    const given = request.get('x-request-id');
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
    const startedAt = performance.now();
    response.locals['requestId'] = requestId;
    response.set('X-Request-Id', requestId);
    response.on('finish', () => {
      const ms = Math.round(performance.now() - startedAt);
      const { method } = request;
      const line = { requestId, method, route: routeOf(request), status: response.statusCode, ms };
      log.debug({ ...line, ...callerField(response) }, 'request');
    });
    next();
  };
}

/** Who asked, as a field of a line of the log; nothing where nobody was asked who they are. */
export function callerField(response: Response): { readonly caller?: string } {
  const caller = response.locals['caller'] as Caller | undefined;
  return caller === undefined ? {} : { caller: nameOf(caller) };
}

/** Whether somebody was asked who they are, and said it. */
export function hasCaller(response: Response): boolean {
  const caller = response.locals['caller'] as Caller | undefined;
  return caller !== undefined && caller.kind !== 'tokenless';
}

export function requestIdOf(response: Response): string {
  return String(response.locals['requestId']);
}

/** The pattern of the route that took a request, such as `/api/v1/notifications/:message_id`. */
export function routeOf(request: Request): string {
  const route: unknown = request.route;
  return hasPath(route) ? `${request.baseUrl}${route.path}` : '(none)';
}

function hasPath(route: unknown): route is { path: string } {
  return typeof route === 'object' && route !== null && 'path' in route && typeof route.path === 'string';
}
