import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Router } from 'express';
import {
  addToBulkRetry,
  findDeliveries,
  findRetryStart,
  listRefusals,
  settleRetry,
  tallyBulkRetry,
} from '../database/retries';
import { inTransaction } from '../database/pool';
import { fewAtOnce } from '../few-at-once';
import { isTemporalAway } from '../deliveries/temporal-away';
import { planRetry } from '../deliveries/plan-retry';
import { countDeliveries, listDeliveries, QueryMalformedError } from '../deliveries/list';
import type { RetryRequest } from '../shipment/retry-request';
import { BULK_RETRY_WORKFLOW, TASK_QUEUE, type BulkRetryInput } from '../workflows/contract';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { fieldInvalid } from './request-input';
import { showRetries, startRetries } from './retry-operations';
import { temporalLink } from '../deliveries/link';
import { askTemporal, temporalAway } from './temporal-problem';

const SHOWN_FIRST = 20;
/** A delivery without a worker answers after 3 s: all of them in 6 s. */
const PLANNED_AT_ONCE = 10;
const SHOWN_UNKNOWN = 100;
/** Thousands of names are looked up, or of rows written; milliseconds. */
const MANY_ROWS_MS = 10_000;
/** The server counts by reading its list; milliseconds. */
const COUNT_BUDGET_MS = 5_000;

const workflowIdOf = (retryId: string): string => `bulk-retry/${retryId}`;

/** Which deliveries are asked for: by a query, or by name. */
interface Asked {
  readonly query?: string;
  readonly found: number;
  readonly workflowIds: readonly string[];
  readonly unknown: readonly string[];
}

/** Another try for many deliveries. */
export function addRetryRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, temporal, config, taskQueue = TASK_QUEUE } = deps;

  serve(router, startRetries, async ({ body }) => {
    const { ids, query, rate, dry_run, operator, reason, devices } = body;
    if ((ids === undefined) === (query === undefined))
      throw fieldInvalid('ids', 'give ids or query, not both');
    const asked = query === undefined ? await findByName(deps, ids ?? []) : await findByQuery(deps, query);
    const first = asked.workflowIds.slice(0, SHOWN_FIRST);
    const shown = {
      found: asked.found,
      first,
      plan: dry_run ? await planEach(deps, first, { devices }) : [],
      unknown: asked.unknown.slice(0, SHOWN_UNKNOWN),
    };
    if (dry_run) return { ok: true, dry_run, ...shown, retry_id: null, workflow_id: null, temporal_ui: null };

    const retryId = randomUUID();
    const request: RetryRequest = {
      ...(operator !== undefined && { operator }),
      ...(reason !== undefined && { reason }),
      ...(devices !== undefined && { devices }),
    };
    if (query === undefined) await keepList(deps, retryId, asked);
    const workflowId = workflowIdOf(retryId);
    const input: BulkRetryInput = { retryId, query, rate, request };
    await askTemporal(
      temporal,
      () =>
        temporal.workflow.start(BULK_RETRY_WORKFLOW, {
          workflowId,
          taskQueue,
          args: [input],
          staticSummary: `retry of ${asked.found} deliveries, ${rate} per second at most`,
          memo: { operator, reason, query },
        }),
      { words: perhapsStarted(retryId) },
    );
    const temporal_ui = temporalLink(config, workflowId);
    return { ok: true, dry_run, ...shown, retry_id: retryId, workflow_id: workflowId, temporal_ui };
  });

  serve(router, showRetries, async ({ params: { retry_id: retryId }, query: { after, limit } }) => {
    const workflowId = workflowIdOf(retryId);
    const { status, startTime } = await askTemporal(temporal, () =>
      temporal.workflow.getHandle(workflowId).describe(),
    ).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError)
        throw new HttpProblem('retry-unknown', `there is no retry ${retryId}`, { field: 'retry_id' });
      throw error;
    });
    const { began, tally, refusals } = await inTransaction(pool, async (db) => ({
      began: await findRetryStart(db, retryId),
      tally: await tallyBulkRetry(db, retryId),
      refusals: await listRefusals(db, retryId, limit, after),
    }));
    return {
      ok: true,
      retry_id: retryId,
      state: status.name === 'RUNNING' ? 'running' : status.name === 'COMPLETED' ? 'done' : 'stopped',
      ...tally,
      refusals,
      started_at: began ?? startTime,
      temporal_ui: temporalLink(config, workflowId),
    };
  });
}

/** A busy server may accept it late; a second retry of the same deliveries then pushes to nobody twice. */
function perhapsStarted(retryId: string): string {
  return `Temporal did not answer in time, and the retry may have been started: see GET /api/v1/retries/${retryId}`;
}

/** Looks at each as the retry itself would; changes nothing. */
function planEach(deps: ApiDependencies, workflowIds: readonly string[], request: RetryRequest) {
  return fewAtOnce(workflowIds, PLANNED_AT_ONCE, async (workflowId) => {
    const { kind, words } = await planRetry(deps, workflowId, request).catch((error: unknown) => {
      throw isTemporalAway(error) ? temporalAway(error) : error;
    });
    return { workflow_id: workflowId, kind, words };
  });
}

async function findByQuery({ temporal }: ApiDependencies, query: string): Promise<Asked> {
  const deadline = Date.now() + COUNT_BUDGET_MS;
  try {
    const found = await askTemporal(temporal, () => countDeliveries(temporal, query), { deadline });
    if (found === 0)
      throw new HttpProblem('delivery-unknown', 'the query finds no delivery', { field: 'query' });
    const { workflowIds } = await askTemporal(temporal, () => listDeliveries(temporal, query, null), {
      deadline,
    });
    return { query, found, workflowIds: [...new Set(workflowIds)], unknown: [] };
  } catch (error) {
    if (!(error instanceof QueryMalformedError)) throw error;
    throw new HttpProblem('query-malformed', error.message, { field: 'query', cause: error });
  }
}

async function findByName({ pool, config }: ApiDependencies, names: readonly string[]): Promise<Asked> {
  const named = await inTransaction(pool, (db) => findDeliveries(db, config.shopTables, names), MANY_ROWS_MS);
  const known = new Set(named.map(({ word }) => word));
  // A delivery that never reached the database: Temporal alone knows it.
  const unwritten = names.filter((name) => !known.has(name) && name.startsWith('delivery/'));
  const workflowIds = [...new Set([...named.map(({ workflowId }) => workflowId), ...unwritten])];
  const unknown = names.filter((name) => !known.has(name) && !name.startsWith('delivery/'));
  if (workflowIds.length === 0) {
    throw new HttpProblem('delivery-unknown', `no delivery is named ${unknown.slice(0, 3).join(', ')}`, {
      field: 'ids',
    });
  }
  return { found: workflowIds.length, workflowIds, unknown };
}

function keepList({ pool }: ApiDependencies, retryId: string, asked: Asked): Promise<void> {
  return inTransaction(
    pool,
    async (db) => {
      await addToBulkRetry(db, retryId, asked.workflowIds);
      for (const workflowId of asked.unknown) {
        await settleRetry(db, retryId, {
          workflowId,
          outcome: 'refused',
          words: 'no delivery has this name',
        });
      }
    },
    MANY_ROWS_MS,
  );
}
