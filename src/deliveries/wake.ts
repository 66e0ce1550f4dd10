import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { DueWait } from '../database/due-waits';
import { findWaitsToWake, markWaitsWoken, type WakeReason } from '../database/waits';
import { inTransaction } from '../database/pool';
import { fewAtOnce } from '../few-at-once';
import { CALL_BUDGET_MS } from './runs';
import { deviceRegisteredSignal, orderLinkedSignal, supersedeSignal } from '../workflows/messages';

interface Waker {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  readonly log: Logger;
}

/** How long the answer to an app may wait for the signals; milliseconds. */
const BUDGET_MS = 1_500;

/** Signals under way at once: enough to be quick, few enough to leave room for webhooks. */
const AT_ONCE = 5;

const SIGNAL_OF: Readonly<Record<DueWait['came'], SignalDefinition>> = {
  device: deviceRegisteredSignal,
  order: orderLinkedSignal,
  superseded: supersedeSignal,
  // As good as any: a delivery only looks again.
  'time-over': supersedeSignal,
};

/**
 * Signals a delivery whose wait is over. `gone`: Temporal has no open workflow of that id.
 * @throws what the Temporal client throws when the server does not answer
 */
export async function wakeDelivery(
  temporal: Client,
  { workflowId, came }: DueWait,
): Promise<'woken' | 'gone'> {
  try {
    await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
      temporal.workflow.getHandle(workflowId).signal(SIGNAL_OF[came].name),
    );
    return 'woken';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw error;
  }
}

/**
 * Wakes the deliveries that wait for what was just committed. For speed only: what fails here is logged and
 * left to the sweep, which finds every wait whose condition holds.
 * @returns how many deliveries were signalled
 */
export async function wakeWaits(waker: Waker, reason: WakeReason): Promise<number> {
  const deadline = Date.now() + BUDGET_MS;
  try {
    const waiting = await inTransaction(waker.pool, (db) => findWaitsToWake(db, reason));
    const woken = await signalEach(waker, waiting, SIGNAL_OF[reason.kind], deadline);
    if (woken.length > 0) await inTransaction(waker.pool, (db) => markWaitsWoken(db, woken));
    return woken.length;
  } catch (error) {
    waker.log.warn({ err: error }, 'waiting deliveries were not woken; the sweep will do it');
    return 0;
  }
}

/** @returns the workflows that took the signal */
async function signalEach(
  { temporal, log }: Waker,
  workflowIds: readonly string[],
  signal: SignalDefinition,
  deadline: number,
): Promise<string[]> {
  const woken: string[] = [];
  await fewAtOnce(workflowIds, AT_ONCE, async (workflowId) => {
    try {
      await temporal.withDeadline(deadline, () => temporal.workflow.getHandle(workflowId).signal(signal));
      woken.push(workflowId);
    } catch (error) {
      log.warn({ err: error, workflowId }, 'a waiting delivery was not woken; the sweep will do it');
    }
  });
  return woken;
}
