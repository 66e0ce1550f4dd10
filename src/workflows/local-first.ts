import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { DATA_REFUSED } from '../shipment/end-reason';
import { CHANGES } from './changes';

/** Near: one marker in the history and no hop through the server. Two tries within one workflow task. */
const local = proxyLocalActivities<Activities>({
  startToCloseTimeout: '2s',
  retry: { initialInterval: '100ms', maximumAttempts: 2 },
});

/** Far: a pending activity with its last failure for everybody to see, for as long as a namespace remembers. */
const durable = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '13 days',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

type Step = Exclude<keyof Activities, 'pushToDevice'>;

/** What both kinds of proxies offer for a step; their own types are too different to be joined. */
type Call<S extends Step> = {
  executeWithOptions(
    options: { summary: string },
    args: Parameters<Activities[S]>,
  ): Promise<Awaited<ReturnType<Activities[S]>>>;
};
type Callable = Readonly<Record<Step, unknown>>;

/**
 * Runs a database step near, and when that fails far: an outage of PostgreSQL is then visible in the Temporal
 * UI and outlives any restart. Costs one event instead of three on the good day.
 */
export async function localFirst<S extends Step>(
  step: S,
  summary: string,
  ...args: Parameters<Activities[S]>
): Promise<Awaited<ReturnType<Activities[S]>>> {
  const near = (local as Callable)[step] as Call<S>;
  const far = (durable as Callable)[step] as Call<S>;
  try {
    return await near.executeWithOptions({ summary }, args);
  } catch (error) {
    if (isCancellation(error) || (isFinal(error) && patched(CHANGES.finalIsFinal))) throw error;
    setCurrentDetails(
      `Waiting for the database: **${summary}**. See the pending activity for the last failure.`,
    );
    return far.executeWithOptions(
      { summary: `${summary} (durable retry: the database is away or slow)` },
      args,
    );
  }
}

/** Whether a step has failed because the database refuses a value of the shipment or of the shop. */
export function isDataRefused(error: unknown): boolean {
  const failure = failureOf(error);
  return failure instanceof ApplicationFailure && failure.type === DATA_REFUSED;
}

/** Whether another try of a step would fail too. */
function isFinal(error: unknown): boolean {
  const failure = failureOf(error);
  return failure instanceof ApplicationFailure && failure.nonRetryable === true;
}

/** What a step has thrown: the SDK wraps that of a normal activity into an ActivityFailure, and not that of a local one. */
function failureOf(error: unknown): unknown {
  return error instanceof ActivityFailure ? error.cause : error;
}
