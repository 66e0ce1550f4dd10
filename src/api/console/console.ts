import { type CookieOptions, type Request, type RequestHandler, Router } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Config } from '../../config/config';
import { deliveriesLink } from '../../deliveries/link';
import { mayAsk, type KeyAccess } from '../access';
import { keepAudit, underAudit } from '../audit-trail';
import type { Authentication } from '../auth';
import { HttpProblem } from '../http-problem';
import { addRoute } from '../operation';
import { pageRoutes } from '../own-files';
import { BODY_ROOMS, readBody } from '../request-body';
import { readJson, words } from '../request-input';
import { requireOwnPage } from './own-page';
import { openSessions, TOKEN_LENGTH, type Session } from './sessions';

const COOKIE = 'waybell_console';
const IN_COOKIES = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{${TOKEN_LENGTH}})(?:;|$)`);
/** Longer than any key. */
const MAX_KEY_LENGTH = 512;
const logInFields = z.object({ key: words(MAX_KEY_LENGTH) });
/** Without it there is nothing to see. */
const SEES: KeyAccess = { scopes: ['read'] };
/** How the audit knows a log-in. */
const LOG_IN = { id: 'logInToConsole', method: 'post', access: SEES } as const;

interface ConsoleParts {
  readonly config: Config;
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly authentication: Authentication;
  /** The routes of the API that keys reach, as they are at `/api/v1`. */
  readonly api: Router;
}

/**
 * The page of operators, to be mounted at `/console`. What it shows and does is the API's own, once more below
 * `/console`, where a session stands for the key that it was begun with: the API itself knows no cookie, and no other
 * site can make a browser ask it anything.
 */
export function consoleRoutes({ config, pool, log, authentication, api }: ConsoleParts): Router {
  const { keys, callerWith, refuseKey } = authentication;
  const sessions = openSessions({ pool, keys });
  const router = Router();
  // Text stays text: no script can write markup.
  router.use(pageRoutes('console', ["require-trusted-types-for 'script'"]));
  router.use(['/session', '/api'], requireOwnPage, neverKept, keepAudit({ pool, log }));

  router.use('/session', readBody(BODY_ROOMS.strangers));
  addRoute(router, '/session', {
    async get(request, response) {
      response.json(shown(await requireSession(request)));
    },
    async post(request, response) {
      const { key: given } = readJson(request, logInFields);
      const key = await keys.find(given);
      if (!key) throw await refuseKey(request, response);
      const caller = await callerWith(key);
      response.locals['caller'] = caller;
      if (!mayAsk(caller, SEES)) {
        throw new HttpProblem(
          'not-allowed',
          `the key ${key.name} lacks the scope read: it sees nothing here`,
        );
      }
      const asked = { params: undefined, body: undefined };
      const { token, expiresAt } = await underAudit(LOG_IN, asked, response, () => sessions.begin(key));
      // Its cookie is overwritten, and nobody could end it any more.
      const before = tokenOf(request);
      if (before !== undefined) await sessions.end(before);
      response.cookie(COOKIE, token, { ...cookieOptions(request), expires: expiresAt });
      response.json(shown({ key, expiresAt }));
    },
  });
  addRoute(router, '/session/end', {
    async post(request, response) {
      const token = tokenOf(request);
      if (token !== undefined) await sessions.end(token);
      response.clearCookie(COOKIE, cookieOptions(request));
      response.json({ ok: true });
    },
  });

  router.use('/api', async function identifySession(request, response, next): Promise<void> {
    const { key } = await requireSession(request);
    response.locals['caller'] = await callerWith(key);
    next();
  });
  router.use(api);
  return router;

  async function requireSession(request: Request): Promise<Session> {
    const token = tokenOf(request);
    const session = token === undefined ? undefined : await sessions.find(token);
    if (!session) throw new HttpProblem('session-missing', 'log in: there is no session, or it has ended');
    return session;
  }

  function shown({ key, expiresAt }: Session): object {
    const { name, scopes } = key;
    return {
      ok: true,
      ...{ name, scopes, expires_at: expiresAt.toISOString() },
      temporal_ui: deliveriesLink(config),
    };
  }
}

/** What is shown is of people: no cache keeps it. */
const neverKept: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

function tokenOf(request: Request): string | undefined {
  return IN_COOKIES.exec(request.get('cookie') ?? '')?.[1];
}

/** `Secure` where the browser speaks TLS, whatever the proxies between do: behind `requireOwnPage` its Origin is ours. */
function cookieOptions(request: Request): CookieOptions {
  const secure = request.get('origin')?.startsWith('https:') ?? false;
  return { httpOnly: true, sameSite: 'strict', secure, path: request.baseUrl };
}
