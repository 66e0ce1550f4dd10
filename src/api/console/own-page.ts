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
  const origin = request.get('origin') ?? '';
  // A proxy between may speak TLS in our place: only its scheme may differ.
  return URL.canParse(origin) && [request.get('host'), request.host].includes(new URL(origin).host);
}

function foreign(why: string): HttpProblem {
  return new HttpProblem('cross-site', `only the page of the console may ask this: ${why}`);
}
