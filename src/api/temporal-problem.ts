import { type Client, isGrpcServiceError } from '@temporalio/client';
import { HttpProblem } from './http-problem';

/**
 * How long one request may wait for Temporal; milliseconds. Without a deadline the client tries ten times, 19 s
 * in all. Its own pause between tries adds up to half a second, and the answer is promised within 2 s.
 */
const DEADLINE_MS = 1_000;

/** Seconds after which a Temporal server that was restarted usually answers again. */
const RETRY_AFTER_S = 5;

/** gRPC status codes that mean "not now": cancelled, deadline exceeded, resource exhausted, unavailable. */
const AWAY: readonly number[] = [1, 4, 8, 14];

/**
 * Calls Temporal under a deadline.
 * @throws {HttpProblem} `temporal-unavailable` when it does not answer in time
 */
export async function askTemporal<T>(
  temporal: Client,
  ask: () => Promise<T>,
  deadline = Date.now() + DEADLINE_MS,
): Promise<T> {
  try {
    return await temporal.withDeadline(deadline, ask);
  } catch (error) {
    if (!isTemporalAway(error)) throw error;
    throw new HttpProblem('temporal-unavailable', 'Temporal does not answer; nothing was started', {
      retryAfterSeconds: RETRY_AFTER_S,
      cause: error,
    });
  }
}

function isTemporalAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause) && AWAY.includes(cause.code)) return true;
  }
  return false;
}
