import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { AlarmName, Alarms } from '../alarms';
import { inTransaction } from '../database/pool';
import { every, type Repeated } from '../every';
import { wordsOf } from './examine';

const INTERVAL_MS = 10_000;
/** A restart or a failover takes seconds, and nothing is lost by it: nobody is to be woken for that. */
const MISSED_LOOKS = 3;
/** A part that needs longer is as good as away; milliseconds. */
const ANSWER_MS = 3_000;

export interface PartsWatchParts {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  readonly alarms: Alarms;
  readonly intervalMs?: number;
}

/** Looks again and again whether PostgreSQL and Temporal answer; an alarm is on after three looks without an answer. */
export function watchParts({ pool, temporal, alarms, intervalMs = INTERVAL_MS }: PartsWatchParts): Repeated {
  const askDatabase = (): Promise<unknown> => inTransaction(pool, (db) => db.query('select'), ANSWER_MS);
  const askTemporal = (): Promise<unknown> =>
    temporal.withDeadline(Date.now() + ANSWER_MS, () => temporal.workflowService.getSystemInfo({}));
  const looks = [lookAt(alarms, 'database-away', askDatabase), lookAt(alarms, 'temporal-away', askTemporal)];
  return every(intervalMs, async () => {
    await Promise.all(looks.map((look) => look()));
  });
}

function lookAt(alarms: Alarms, name: AlarmName, ask: () => Promise<unknown>): () => Promise<void> {
  let missed = 0;
  return async () => {
    try {
      await ask();
      missed = 0;
      alarms.set(name, []);
    } catch (error) {
      missed += 1;
      // Before that nothing is said: another process may know better.
      if (missed >= MISSED_LOOKS) alarms.set(name, [`No answer: ${wordsOf(error)}.`]);
    }
  };
}
