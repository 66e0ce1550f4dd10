import type { z } from 'zod';
import { temporalLink } from '../deliveries/link';
import { planRetry, type Refused } from '../deliveries/plan-retry';
import { retryDelivery } from '../deliveries/retry';
import type { RetryRequest } from '../shipment/retry-request';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import type { retried, retryRequest } from './retry-fields';
import { orTemporalAway } from './temporal-problem';

/** Seconds in which a restarted worker is back. */
const RETRY_AFTER_S = 5;

/** Temporal may take what it was asked after our patience has ended. */
const PERHAPS_BEGUN =
  'Temporal did not answer in time, and the retry may have begun; asking again pushes to nobody twice';

type Parts = Pick<ApiDependencies, 'temporal' | 'pool' | 'config' | 'taskQueue'>;
type Retried = z.input<typeof retried>;

/** What a person asks for, without what he left out. */
export function requestOf({
  operator,
  reason,
  devices,
  force,
}: Partial<z.output<typeof retryRequest>>): RetryRequest {
  return {
    ...(operator !== undefined && { operator }),
    ...(reason !== undefined && { reason }),
    ...(devices !== undefined && { devices }),
    ...(force && { force }),
  };
}

/**
 * Tries one delivery again, and answers what was done.
 * @throws {HttpProblem} why it has nothing to do, or who does not answer
 */
export async function retryOne(deps: Parts, workflowId: string, request: RetryRequest): Promise<Retried> {
  const { config } = deps;
  const { waitLimits, shopTables, consoleUrl } = config;
  const end = await orTemporalAway(
    retryDelivery({ ...deps, waitLimits, shopTables, consoleUrl }, workflowId, request),
    PERHAPS_BEGUN,
  );
  if (end.kind === 'refused') throw refusedBy(end);
  return {
    ok: true,
    workflow_id: workflowId,
    run_id: end.runId,
    restarted: end.kind === 'restarted',
    message: end.words.en,
    explanation: end.words,
    temporal_ui: temporalLink(config, workflowId, end.runId),
  };
}

/**
 * Answers what another try of one delivery would do, and does nothing.
 * @throws {HttpProblem} as `retryOne`
 */
export async function planOne(
  deps: Parts,
  workflowId: string,
  request: RetryRequest,
): Promise<Omit<Retried, 'run_id'> & { readonly run_id: null }> {
  const plan = await orTemporalAway(
    planRetry({ ...deps, shopTables: deps.config.shopTables }, workflowId, request),
  );
  if (plan.kind === 'refused') throw refusedBy(plan);
  return {
    ok: true,
    workflow_id: workflowId,
    run_id: null,
    restarted: plan.kind === 'restart',
    message: plan.words.en,
    explanation: plan.words,
    temporal_ui: temporalLink(deps.config, workflowId),
  };
}

function refusedBy({ code, words }: Refused): HttpProblem {
  return new HttpProblem(code, words, {
    ...(code === 'worker-unavailable' && { retryAfterSeconds: RETRY_AFTER_S }),
  });
}
