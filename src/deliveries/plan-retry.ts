import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { ShopTables } from '../config/config';
import { inTransaction } from '../database/pool';
import { selectRestartFacts } from '../database/retries';
import { splitTexts } from './split-texts';
import { findGrpcError } from './temporal-away';
import type { Explanation } from '../shipment/explanation';
import type { RetryRequest } from '../shipment/retry-request';
import { retryWords } from '../shipment/retry-words';
import type { ShipmentUpdate } from '../shipment/update';
import { whyNoneOfThese, whyNoRestart } from '../shipment/why-no-restart';
import { progressQuery } from '../workflows/messages';
import { whyNoRetry } from '../workflows/progress';
import { ANSWER_BUDGET_MS, findLatestRun, type LatestRun, readInput } from './runs';

/** gRPC codes of a question that no worker took: not in time, and none was seen for a while. */
const UNANSWERED: readonly number[] = [4, 9];

export interface PlanParts {
  readonly temporal: Client;
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
}

export type RetryRefusal = 'nothing-to-retry' | 'history-gone' | 'worker-unavailable';
export interface Refused {
  readonly kind: 'refused';
  readonly code: RetryRefusal;
  readonly words: Explanation;
}

/** A delivery that has closed or was lost, and would be started again. */
export interface Restart {
  readonly kind: 'restart';
  readonly update: ShipmentUpdate;
  /** The run that ended; empty when nobody knows it. */
  readonly afterRunId: string;
}

/** What a retry would do. */
export type RetryPlan = { readonly kind: 'ask' | 'restart'; readonly words: Explanation } | Refused;

/**
 * Says what another try of a delivery would do, and does nothing.
 * @throws what the Temporal client throws when the server does not answer, and errors of PostgreSQL
 */
export async function planRetry(
  parts: PlanParts,
  workflowId: string,
  request: RetryRequest,
): Promise<RetryPlan> {
  const latest = await findLatestRun(parts.temporal, workflowId);
  if (latest?.open) {
    const reason = await whyNone(parts, workflowId, request);
    return reason === null ? planAsking(parts.temporal, workflowId) : refusal('nothing-to-retry', reason);
  }
  const restart = await planRestart(parts, workflowId, latest, request);
  return restart.kind === 'refused' ? restart : { kind: 'restart', words: retryWords('wouldRestart') };
}

/** A workflow takes every retry, since it cannot look: for what needs nothing it would do nothing. */
export async function whyNone(
  { pool, shopTables }: PlanParts,
  workflowId: string,
  { devices, force = false }: RetryRequest,
): Promise<Explanation | null> {
  const facts = await inTransaction(pool, (db) => selectRestartFacts(db, shopTables, workflowId, devices));
  return facts && whyNoneOfThese(facts, force);
}

async function planAsking(temporal: Client, workflowId: string): Promise<RetryPlan> {
  const progress = await temporal
    .withDeadline(Date.now() + ANSWER_BUDGET_MS, () =>
      temporal.workflow.getHandle(workflowId).query(progressQuery),
    )
    .catch((error: unknown) => {
      if (findGrpcError(error, UNANSWERED)) return undefined;
      throw error;
    });
  if (!progress) return NO_WORKER;
  const reason = whyNoRetry(progress);
  return reason === null
    ? { kind: 'ask', words: retryWords('wouldAsk', progress.attention.join(', ')) }
    : refusal('nothing-to-retry', reason);
}

/** With what a delivery that does not run would be started again, or why it would not. */
export async function planRestart(
  { temporal, pool, shopTables }: PlanParts,
  workflowId: string,
  latest: LatestRun | undefined,
  { devices, force = false }: RetryRequest,
): Promise<Restart | Refused> {
  const facts = await inTransaction(pool, (db) => selectRestartFacts(db, shopTables, workflowId, devices));
  const reason = facts && whyNoRestart(facts, force);
  if (reason !== null) return refusal('nothing-to-retry', reason);
  // An earlier release stored texts with it; those of its scans stand elsewhere.
  const told = facts?.update ?? (latest && (await readInput(temporal, workflowId, latest.firstRunId)));
  if (told)
    return {
      kind: 'restart',
      update: splitTexts(told).update,
      afterRunId: latest?.runId ?? facts?.runId ?? '',
    };
  return refusal('history-gone', retryWords('forgotten'));
}

export function refusal(code: RetryRefusal, words: Explanation): Refused {
  return { kind: 'refused', code, words };
}

export const NO_WORKER = refusal('worker-unavailable', retryWords('noWorker'));
