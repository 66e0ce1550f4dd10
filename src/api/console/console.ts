import { type Request, type RequestHandler, Router } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../../config/config';
import { deliveriesLink } from '../../deliveries/link';
import { keepAudit } from '../audit-trail';
import type { Authentication } from '../auth';
import { HttpProblem } from '../http-problem';
import { addRoute } from '../operation';
import { pageRoutes } from '../own-files';
import { BODY_ROOMS, readBody } from '../request-body';
import { openLogIns } from './log-in';
import { requireOneOf, requireOwnPage } from './own-page';
import { openPeople } from './people';
import { sessionCookie } from './session-cookie';
import { openSessions, type Holder, type Session } from './sessions';

interface ConsoleParts {
  readonly config: Config;
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly clock?: () => number;
  readonly authentication: Authentication;
  /** The routes of the API that keys reach, as they are at `/api/v1`. */
  readonly api: Router;
}

/**
 * The page of operators, to be mounted at `/console`. What it shows and does is the API's own, once more below
 * `/console`, where a session stands for the key, or the person of the shop, that it was begun with: the API itself
 * knows no cookie, and no other site can make a browser ask it anything.
 */
export function consoleRoutes({ config, api, ...parts }: ConsoleParts): Router {
  const { pool, log, authentication } = parts;
  const { accessTokens, consoleRoles: roles, consoleOrigins: origins } = config;
  const people = roles === null ? undefined : openPeople({ roles, accessTokens, ...parts });
  const sessions = openSessions({ pool, holderNamed });
  const cookie = sessionCookie(config.consoleUrl);
  const logIns = openLogIns({ authentication, sessions, cookie, people });
  const router = Router();
  // Text stays text: no script can write markup.
  router.use(pageRoutes('console', ["require-trusted-types-for 'script'"]));

  if (origins.length > 0) {
    // A form of the shop's own page, and so without the header of ours.
    router.use('/log-in', requireOneOf(origins), neverKept, keepAudit({ pool, log }));
    addRoute(router, '/log-in', { post: [readBody(BODY_ROOMS.strangers), logIns.fromShop] });
  }

  router.use(['/session', '/api'], requireOwnPage, neverKept, keepAudit({ pool, log }));
  router.use('/session', readBody(BODY_ROOMS.strangers));
  addRoute(router, '/session', {
    async get(request, response) {
      response.json(shown(await requireSession(request)));
    },
    async post(request, response) {
      response.json(shown(await logIns.fromConsole(request, response)));
    },
  });
  addRoute(router, '/session/end', {
    async post(request, response) {
      const token = cookie.read(request);
      if (token !== undefined) await sessions.end(token);
      cookie.clear(request, response);
      response.json({ ok: true });
    },
  });

  router.use('/api', async function identifySession(request, response, next): Promise<void> {
    const { holder } = await requireSession(request);
    response.locals['caller'] = await authentication.callerWith(holder);
    next();
  });
  router.use(api);
  return router;

  async function holderNamed(name: string): Promise<Holder | undefined> {
    const key = await authentication.keys.named(name);
    return key ? { ...key, kind: 'key' } : people?.named(name);
  }

  async function requireSession(request: Request): Promise<Session> {
    const token = cookie.read(request);
    const session = token === undefined ? undefined : await sessions.find(token);
    if (!session) throw new HttpProblem('session-missing', 'log in: there is no session, or it has ended');
    return session;
  }

  function shown({ holder: { name, scopes }, expiresAt }: Session): object {
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
