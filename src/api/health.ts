import { setTimeout as delay } from 'node:timers/promises';
import { Router } from 'express';
import type { ApiDependencies } from './dependencies';
import { addRoute } from './methods';
import { askTemporal } from './temporal-problem';

/** A database that needs longer is as good as away; milliseconds. */
const DATABASE_BUDGET_MS = 1_500;

type PartState = 'ok' | 'error';

/** For load balancers and people: is the process alive, and has it what it needs? */
export function healthRoutes({ pool, temporal, log }: ApiDependencies): Router {
  const router = Router();

  addRoute(router, '/healthz', {
    get(_request, response) {
      response.json({ ok: true });
    },
  });

  addRoute(router, '/readyz', {
    async get(_request, response) {
      const [postgresql, temporalState] = await Promise.all([
        stateOf('postgresql', withinBudget(pool.query('select 1'))),
        stateOf(
          'temporal',
          askTemporal(temporal, () => temporal.workflowService.getSystemInfo({})),
        ),
      ]);
      const ok = postgresql === 'ok' && temporalState === 'ok';
      response.status(ok ? 200 : 503).json({ ok, postgresql, temporal: temporalState });
    },
  });
  return router;

  async function stateOf(part: string, answer: Promise<unknown>): Promise<PartState> {
    try {
      await answer;
      return 'ok';
    } catch (error) {
      log.warn({ err: error, part }, 'not ready');
      return 'error';
    }
  }
}

/** A connection into nowhere never fails by itself. */
async function withinBudget(answer: Promise<unknown>): Promise<void> {
  const answered = new AbortController();
  const tooLate = delay(DATABASE_BUDGET_MS, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`no answer within ${DATABASE_BUDGET_MS} ms`);
  });
  try {
    await Promise.race([answer, tooLate]);
  } finally {
    answered.abort();
  }
}
