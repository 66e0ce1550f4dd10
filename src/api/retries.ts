import { randomUUID } from 'node:crypto';
import type { Router } from 'express';
import { bulkRetryWorkflowId, findBulkRetry, startBulkRetry } from '../deliveries/bulk-retry';
import { findByName, findByQuery, type FoundDeliveries } from '../deliveries/find';
import { temporalLink } from '../deliveries/link';
import { QueryMalformedError } from '../deliveries/list';
import { planRetry } from '../deliveries/plan-retry';
import { fewAtOnce } from '../few-at-once';
import type { RetryRequest } from '../shipment/retry-request';
import { retryWordsOf } from '../shipment/retry-words';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { fieldInvalid } from './request-input';
import { requestOf } from './retry-delivery';
import { showRetries, startRetries } from './retry-operations';
import { orTemporalAway } from './temporal-problem';

const SHOWN_FIRST = 20;
/** A delivery without a worker answers after 3 s: all of them in 6 s. */
const PLANNED_AT_ONCE = 10;
const SHOWN_UNKNOWN = 100;

/** Another try for many deliveries. */
export function addRetryRoutes(router: Router, deps: ApiDependencies): void {
  const { config } = deps;

  serve(router, startRetries, async ({ body }) => {
    const { ids, query, rate, dry_run } = body;
    const request = requestOf(body);
    const asked = await find(deps, ids, query);
    const first = asked.workflowIds.slice(0, SHOWN_FIRST);
    const shown = {
      found: asked.found,
      first,
      plan: dry_run ? await planEach(deps, first, request) : [],
      unknown: asked.unknown.slice(0, SHOWN_UNKNOWN),
    };
    if (dry_run) return { ok: true, dry_run, ...shown, retry_id: null, workflow_id: null, temporal_ui: null };

    const retryId = randomUUID();
    const workflowId = bulkRetryWorkflowId(retryId);
    await orTemporalAway(
      startBulkRetry(deps, { retryId, query, rate, request }, asked),
      perhapsStarted(retryId),
    );
    const temporal_ui = temporalLink(config, workflowId);
    return { ok: true, dry_run, ...shown, retry_id: retryId, workflow_id: workflowId, temporal_ui };
  });

  serve(router, showRetries, async ({ params: { retry_id: retryId }, query: page }) => {
    const found = await orTemporalAway(findBulkRetry(deps, retryId, page));
    if (!found) throw new HttpProblem('retry-unknown', `there is no retry ${retryId}`, { field: 'retry_id' });
    const { state, tally, refusals, startedAt } = found;
    return {
      ok: true,
      retry_id: retryId,
      state,
      ...tally,
      refusals: refusals.map((one) => ({ ...one, explanation: retryWordsOf(one.words) })),
      started_at: startedAt,
      temporal_ui: temporalLink(config, bulkRetryWorkflowId(retryId)),
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
    const parts = { ...deps, shopTables: deps.config.shopTables };
    const { kind, words } = await orTemporalAway(planRetry(parts, workflowId, request));
    return { workflow_id: workflowId, kind, words: words.en, explanation: words };
  });
}

/** @throws {HttpProblem} when it is not said which, or when there is none */
async function find(
  { pool, temporal, config: { shopTables } }: ApiDependencies,
  names: readonly string[] | undefined,
  query: string | undefined,
): Promise<FoundDeliveries> {
  if (names !== undefined && query === undefined) {
    const asked = await findByName({ pool, shopTables }, names);
    if (asked.found > 0) return asked;
    const unknown = asked.unknown.slice(0, 3).join(', ');
    throw new HttpProblem('delivery-unknown', `no delivery is named ${unknown}`, { field: 'ids' });
  }
  if (query === undefined || names !== undefined) throw fieldInvalid('ids', 'give ids or query, not both');
  const asked = await orTemporalAway(findByQuery(temporal, query)).catch((error: unknown) => {
    if (!(error instanceof QueryMalformedError)) throw error;
    throw new HttpProblem('query-malformed', error.message, { field: 'query', cause: error });
  });
  if (asked.found > 0) return asked;
  throw new HttpProblem('delivery-unknown', 'the query finds no delivery', { field: 'query' });
}
