import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { mayAsk, type KeyAccess } from '../access';
import { underAudit } from '../audit-trail';
import type { Authentication } from '../auth';
import { HttpProblem } from '../http-problem';
import type { KnownKey } from '../key-ring';
import { fieldInvalid, readForm, readJson, words } from '../request-input';
import type { People } from './people';
import type { SessionCookie } from './session-cookie';
import type { Holder, Session, Sessions } from './sessions';

/** Longer than any key. */
const MAX_KEY_LENGTH = 512;
/** Access tokens grow with what the shop puts into them. */
const MAX_TOKEN_LENGTH = 16_384;
const MAX_NAME_LENGTH = 512;
const proof = { key: words(MAX_KEY_LENGTH), access_token: words(MAX_TOKEN_LENGTH) };
const logInFields = z.object(proof).partial();
/** What the shop's page sends, and what is to be shown first. */
const arrivalFields = z.object({
  access_token: proof.access_token,
  ...Object.fromEntries(
    ['name', 'order', 'person', 'device'].map((one) => [one, words(MAX_NAME_LENGTH).optional()]),
  ),
});
/** Without it there is nothing to see. */
const SEES: KeyAccess = { scopes: ['read'] };
/** How the audit knows a log-in. */
const LOG_IN = { id: 'logInToConsole', method: 'post', access: SEES } as const;

interface LogInParts {
  readonly authentication: Authentication;
  readonly sessions: Sessions;
  readonly cookie: SessionCookie;
  /** Where people of the shop may be operators. */
  readonly people: People | undefined;
}

export interface LogIns {
  /** Of the page of the console, with a key or an access token. */
  fromConsole(request: Request, response: Response): Promise<Session>;
  /** Of a form on a page of the shop, with an access token; who comes is sent on to the console. */
  readonly fromShop: RequestHandler;
}

/** Begins sessions: the only place where a key or a token is looked at. */
export function openLogIns({ authentication, sessions, cookie, people }: LogInParts): LogIns {
  const { keys, callerWith, refuseKey, refuseToken } = authentication;

  return {
    async fromConsole(request, response) {
      const { key, access_token: token } = readJson(request, logInFields);
      if (key !== undefined && token === undefined)
        return begin(await holderOfKey(key, request, response), request, response);
      if (key !== undefined || token === undefined) throw fieldInvalid('key', 'give key or access_token');
      // The page tells them apart by their look, and a key of API_KEYS may look like a token.
      const known = await keys.find(token);
      const holder = known ? ofKey(known) : await holderOfToken(token, request, response);
      return begin(holder, request, response);
    },

    async fromShop(request, response) {
      const { access_token: token, ...first } = readForm(request, arrivalFields);
      try {
        await begin(await holderOfToken(token, request, response), request, response);
        leadOn(response, first);
      } catch (error) {
        if (!(error instanceof HttpProblem)) throw error;
        // A person looks at what comes back.
        leadOn(response, { ...first, refused: error.code });
      }
    },
  };

  async function holderOfKey(given: string, request: Request, response: Response): Promise<Holder> {
    const key = await keys.find(given);
    if (!key) throw await refuseKey(request, response);
    return ofKey(key);
  }

  async function holderOfToken(token: string, request: Request, response: Response): Promise<Holder> {
    if (people === undefined)
      throw new HttpProblem('not-allowed', 'access tokens open nothing here: CONSOLE_ROLES is not set');
    const holder = await people.whoHas(token);
    if ('flaw' in holder) throw await refuseToken(holder, request, response);
    return holder;
  }

  async function begin(holder: Holder, request: Request, response: Response): Promise<Session> {
    const caller = await callerWith(holder);
    response.locals['caller'] = caller;
    if (!mayAsk(caller, SEES)) {
      throw new HttpProblem('not-allowed', `${holder.name} lacks the scope read: it sees nothing here`);
    }
    const asked = { params: undefined, body: undefined };
    const { token, expiresAt } = await underAudit(LOG_IN, asked, response, () => sessions.begin(holder));
    // Its cookie is overwritten, and nobody could end it any more.
    const before = cookie.read(request);
    if (before !== undefined) await sessions.end(before);
    cookie.write(request, response, token, expiresAt);
    return { holder, expiresAt };
  }
}

const ofKey = (key: KnownKey): Holder => ({ ...key, kind: 'key' });

function leadOn(response: Response, query: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(query).filter((field): field is [string, string] => field[1] !== undefined);
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  response.redirect(303, response.req.baseUrl + search);
}
