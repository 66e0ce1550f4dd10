import type { Request, RequestHandler, Response } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config/config';
import { type Caller, type KeyAccess, mayAsk } from './access';
import { watchFailedLogIns } from './failed-log-ins';
import { HttpProblem } from './http-problem';
import { openKeyRing, type KeyRing, type KnownKey } from './key-ring';
import type { Rates, TooMany } from './rates';
import { openTokenCheck, type RefusedToken } from './token-check';

interface AuthParts {
  readonly config: Config;
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly rates: Rates;
  readonly clock?: () => number;
}

/** Makes handlers that find out who asks. */
export type Authenticate = (routes: { readonly ofApps: boolean }) => RequestHandler;

type Named = Pick<KnownKey, 'name' | 'scopes'> & { readonly kind?: 'key' | 'operator' };

/** How callers become known. */
export interface Authentication {
  readonly authenticate: Authenticate;
  readonly keys: KeyRing;
  /**
   * Who asks under this name, counted.
   * @throws {HttpProblem} when it is too often
   */
  readonly callerWith: (known: Named) => Promise<Caller>;
  /** Notes that a key is not known, and gives what to answer. */
  readonly refuseKey: (request: Request, response: Response) => Promise<HttpProblem>;
  /** Notes that a token is refused, and gives what to answer. */
  readonly refuseToken: (refused: RefusedToken, request: Request, response: Response) => Promise<HttpProblem>;
}

/**
 * Asks for an API key or, in jwt mode, for the shop's own access token of a signed-in person, unless the embedded
 * parts run open without any. What the caller may then do is said beside each operation: `requireAccess`.
 */
export function openAuthentication({ config, pool, log, rates, clock }: AuthParts): Authentication {
  const { deviceRegistration: mode, apiKeys, accessTokens } = config;
  const keys = openKeyRing({ apiKeys, pool, log, ...(clock && { clock }) });
  const { grace } = accessTokens;
  const now = clock ?? Date.now;
  const tokens = mode === 'jwt' ? openTokenCheck(accessTokens, { log, ...(clock && { clock }) }) : undefined;
  const failures = watchFailedLogIns(log, rates);

  return { authenticate, keys, callerWith, refuseKey, refuseToken };

  function authenticate({ ofApps }: { readonly ofApps: boolean }): RequestHandler {
    // Keys on embedded parts guard what ops do; phones, the demo's among them, stay free to register.
    const open = mode === 'open' && (ofApps || apiKeys.length === 0);
    return async function identifyCaller(request, response, next): Promise<void> {
      response.locals['caller'] = await identify(request, response, { open, ofApps });
      next();
    };
  }

  async function callerWith({ kind = 'key', name, scopes }: Named): Promise<Caller> {
    await within(rates.take('key', name));
    return { kind, name, scopes };
  }

  function refuseKey(request: Request, response: Response): Promise<HttpProblem> {
    const problem = new HttpProblem('api-key-invalid', 'this API key is not known, or has ended');
    return failures.note(request, response, problem);
  }

  async function refuseToken(
    { flaw, code, words }: RefusedToken,
    request: Request,
    response: Response,
  ): Promise<HttpProblem> {
    const problem = new HttpProblem(code, words);
    // Apps come with what has expired all the time, and then refresh it.
    return flaw === 'expired' ? problem : failures.note(request, response, problem);
  }

  async function identify(
    request: Request,
    response: Response,
    { open, ofApps }: { readonly open: boolean; readonly ofApps: boolean },
  ): Promise<Caller> {
    const bearer = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
    const given = request.get('x-api-key') ?? bearer;
    const key = given === undefined ? undefined : await keys.find(given);
    if (key) return callerWith(key);
    if (open) return { kind: 'anybody' };
    if (given === undefined && grace !== undefined && ofApps) {
      const isGraceOver = now() >= grace.endsAt;
      if (!isGraceOver) await within(rates.takeOfAddress('stranger', request));
      return { kind: 'tokenless', isGraceOver };
    }
    if (given === undefined) {
      throw new HttpProblem('api-key-missing', 'send Authorization: Bearer <key> or X-Api-Key');
    }
    if (tokens === undefined || given !== bearer) throw await refuseKey(request, response);
    const checked = await tokens.check(bearer);
    if ('person' in checked) {
      await within(rates.take('person', checked.person.userId));
      return checked.person;
    }
    throw await refuseToken(checked, request, response);
  }
}

/** @throws {HttpProblem} when it is too many */
async function within(taken: Promise<TooMany | undefined>): Promise<void> {
  const tooMany = await taken;
  if (tooMany) throw tooMany.problem;
}

/** Who asks, behind `authenticate`. */
export function callerOf(response: Response): Caller {
  const caller = response.locals['caller'] as Caller | undefined;
  // A route that is mounted where nobody is asked who they are stays shut.
  if (caller === undefined) throw new Error('this route asks for a key, and nobody has looked for one');
  return caller;
}

/** Lets those through who may ask this. */
export function requireAccess(access: KeyAccess): RequestHandler {
  return function refuseOthers(_request, response, next): void {
    const caller = callerOf(response);
    if (!mayAsk(caller, access)) throw refusalOf(caller, access);
    next();
  };
}

function refusalOf(caller: Caller, access: KeyAccess): HttpProblem {
  if (caller.kind !== 'tokenless') return new HttpProblem('not-allowed', whyNot(caller, access));
  return access.tokenless
    ? new HttpProblem(
        'registration-grace-over',
        'apps without an access token are not taken any more; send Authorization: Bearer <the token of the person>',
      )
    : new HttpProblem('api-key-missing', 'send Authorization: Bearer <key or token>');
}

function whyNot(caller: Caller, { scopes }: KeyAccess): string {
  return 'scopes' in caller
    ? `${caller.kind === 'key' ? 'the key ' : ''}${caller.name} may ${caller.scopes.join(', ') || 'do nothing'}; this needs ${[...new Set([...scopes, 'admin'])].join(' or ')}`
    : 'the access token of a person does not reach this';
}
