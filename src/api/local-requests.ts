import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import type { Config } from '../config/config';
import { isLocalName } from '../config/network-reach';
import { HttpProblem } from './http-problem';

/** They change nothing, and what they answer no other site can read. */
const READING = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Where nothing asks for a key, a page of another site could act through the browser of whoever tries Waybell. So a
 * request must be addressed to this machine or to an address, never to a name that somebody's DNS leads here
 * (rebinding), and one that changes something must not come from a page of another site (CSRF).
 */
export function requireLocalRequests({ host: ownHost }: Pick<Config, 'host'>): RequestHandler {
  return function refuseForeignPages(request, _response, next): void {
    const host = hostnameOf(`http://${request.get('host') ?? ''}`);
    if (host === undefined || !(isLocalName(host) || isIP(host) !== 0 || host === ownHost.toLowerCase())) {
      throw new HttpProblem('host-not-local', 'without keys only localhost and addresses are served');
    }
    if (
      !READING.includes(request.method) &&
      isFromElsewhere(request.get('sec-fetch-site'), request.get('origin'), host)
    ) {
      throw new HttpProblem('cross-site', 'a page of another site may not do this');
    }
    next();
  };
}

/** Browsers say where a request comes from; what is no browser says nothing. */
function isFromElsewhere(site: string | undefined, origin: string | undefined, host: string): boolean {
  if (site !== undefined) return site === 'cross-site';
  return origin !== undefined && hostnameOf(origin) !== host;
}

/** Without brackets. */
function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}
