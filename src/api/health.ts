import { setTimeout as delay } from 'node:timers/promises';
import { Router } from 'express';
import type { ApiDependencies } from './dependencies';
import { showLife, showReadiness } from './health-operations';
import { serve } from './operation';
import { askTemporal } from './temporal-problem';

/** A database that needs longer is as good as away; milliseconds. */
const DATABASE_BUDGET_MS = 1_500;

type PartState = 'ok' | 'error';

/** For load balancers and people: is the process alive, and has it what it needs? */
export function healthRoutes({ pool, temporal, log }: ApiDependencies): Router {
  const router = Router();

  serve(router, showLife, () => ({ ok: true }));

  serve(router, showReadiness, async (_asked, response) => {
    const [postgresql, temporalState] = await Promise.all([
      stateOf('postgresql', withinBudget(pool.query('select 1'))),
      stateOf(
        'temporal',
        askTemporal(temporal, () => temporal.workflowService.getSystemInfo({})),
      ),
    ]);
    if (postgresql === 'ok' && temporalState === 'ok')
      return { ok: true, postgresql, temporal: temporalState };
    response.status(503);
    return { ok: false, postgresql, temporal: temporalState };
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
