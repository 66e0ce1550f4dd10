import { isTemporalAway } from '../deliveries/temporal-away';
import { retryDelivery as tryAgain, type RetryEnd } from '../deliveries/retry';
import type { RetryRequest } from '../shipment/retry-request';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { temporalAway } from './temporal-problem';

/** Seconds in which a restarted worker is back. */
const RETRY_AFTER_S = 5;

/** Temporal may take what it was asked after our patience has ended. */
const PERHAPS_BEGUN =
  'Temporal did not answer in time, and the retry may have begun; asking again pushes to nobody twice';

export type Retried = Exclude<RetryEnd, { kind: 'refused' }>;

/**
 * Tries one delivery again.
 * @throws {HttpProblem} why it has nothing to do, or who does not answer
 */
export async function retryDelivery(
  deps: Pick<ApiDependencies, 'temporal' | 'pool' | 'config' | 'taskQueue'>,
  workflowId: string,
  request: RetryRequest,
): Promise<Retried> {
  const { waitLimits } = deps.config;
  const end = await tryAgain({ ...deps, waitLimits }, workflowId, request).catch((error: unknown) => {
    throw isTemporalAway(error) ? temporalAway(error, PERHAPS_BEGUN) : error;
  });
  if (end.kind !== 'refused') return end;
  throw new HttpProblem(end.code, end.words, {
    ...(end.code === 'worker-unavailable' && { retryAfterSeconds: RETRY_AFTER_S }),
  });
}
