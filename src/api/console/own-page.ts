import type { Request, RequestHandler } from 'express';
import { HttpProblem } from '../http-problem';

/** A page of another site cannot send it without being allowed to, which nobody is. */
const HEADER = 'X-Waybell-Console';

/**
 * Lets through what the console's own page asks. `SameSite=Strict` keeps other sites out already; these two hold also
 * where another host of the same site is not to be trusted.
 */
export const requireOwnPage: RequestHandler = (request, _response, next) => {
  if (request.get(HEADER) === undefined) throw foreign(`${HEADER} is missing`);
  if (request.method !== 'GET' && request.method !== 'HEAD' && !isFromOwnOrigin(request))
    throw foreign('its Origin is another than the console’s');
  next();
};

function isFromOwnOrigin(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  return ownOriginOf(request) !== undefined;
}

/** What a browser says of the page that asks, where that is of this server. */
export function ownOriginOf(request: Request): string | undefined {
  const origin = request.get('origin') ?? '';
  // A proxy between may speak TLS in our place: only its scheme may differ.
  const isOurs = URL.canParse(origin) && [request.get('host'), request.host].includes(new URL(origin).host);
  return isOurs ? origin : undefined;
}

function foreign(why: string): HttpProblem {
  return new HttpProblem('cross-site', `only the page of the console may ask this: ${why}`);
}

/**
 * Lets through what a page of these origins sends. A browser says where a form comes from, unless its page forbids
 * that: who is logged in here by a stranger's form would work under the stranger's name.
 */
export function requireOneOf(origins: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const origin = request.get('origin');
    if (origin === undefined || !origins.includes(origin))
      throw new HttpProblem('cross-site', 'only the pages of CONSOLE_ORIGINS may send somebody here');
    next();
  };
}
