import { setTimeout as delay } from 'node:timers/promises';
import { Router } from 'express';
import type { z } from 'zod';
import type { Intake, IntakeState } from '../intake/intake';
import type { ProcessDependencies } from './dependencies';
import { type journalState, showLife, showReadiness } from './health-operations';
import { serve } from './operation';
import { isQueuePolled } from '../deliveries/pollers';
import { inTransaction } from '../database/pool';
import { askTemporal } from './temporal-problem';

/** A database that needs longer is as good as away; milliseconds. */
const DATABASE_BUDGET_MS = 1_500;

/** For load balancers and people: is the process alive, and has it what it needs? */
export function healthRoutes(deps: ProcessDependencies & { readonly intake?: Intake }): Router {
  const { pool, temporal, taskQueue, workerIdentity, intake, alarms, log, clock } = deps;
  const router = Router();

  serve(router, showLife, () => ({ ok: true }));

  serve(router, showReadiness, async (_asked, response) => {
    const [postgresql, worker] = await Promise.all([
      stateOf(
        'postgresql',
        withinBudget(inTransaction(pool, (db) => db.query('select 1'))).then(() => 'ok' as const),
      ),
      stateOf(
        'temporal',
        askTemporal(temporal, () => isQueuePolled(temporal, { taskQueue, identity: workerIdentity })).then(
          (polled) => (polled ? ('ok' as const) : ('none' as const)),
        ),
      ),
    ]);
    const temporalState = worker === 'error' ? 'error' : 'ok';
    // Who only takes requests goes on without a worker: their deliveries wait in Temporal.
    const works = worker === 'ok' || workerIdentity === undefined;
    const journal = intake && describeJournal(intake.state(), clock?.() ?? Date.now());
    // They do not make the process unready: webhooks are taken all the same, and wait.
    const rest = { worker, journal, alarms: alarms?.active() };
    if (postgresql === 'ok' && temporalState === 'ok' && works)
      return { ok: true, postgresql, temporal: temporalState, ...rest };
    response.status(503);
    return { ok: false, postgresql, temporal: temporalState, ...rest };
  });
  return router;

  async function stateOf<T>(part: string, answer: Promise<T>): Promise<T | 'error'> {
    try {
      return await answer;
    } catch (error) {
      log.warn({ err: error, part }, 'not ready');
      return 'error';
    }
  }
}

function describeJournal({ waiting, oldestAt }: IntakeState, now: number): z.infer<typeof journalState> {
  return { waiting, oldest_seconds: oldestAt === undefined ? 0 : Math.round((now - oldestAt) / 1000) };
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
