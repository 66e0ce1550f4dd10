import type { Client } from '@temporalio/client';
import { isTemporalAway } from '../deliveries/temporal-away';
import { HttpProblem } from './http-problem';

/**
 * How long one request may wait for Temporal; milliseconds. Without a deadline the client tries ten times, 19 s
 * in all. Its own pause between tries adds up to half a second, and the answer is promised within 2 s.
 */
const DEADLINE_MS = 1_000;

/** Seconds after which a Temporal server that was restarted usually answers again. */
const RETRY_AFTER_S = 5;

/**
 * Calls Temporal under a deadline.
 * @throws {HttpProblem} `temporal-unavailable` when it does not answer in time
 */
export function askTemporal<T>(temporal: Client, ask: () => Promise<T>, budgetMs = DEADLINE_MS): Promise<T> {
  return orTemporalAway(temporal.withDeadline(Date.now() + budgetMs, ask));
}

/**
 * Waits for what asks Temporal under deadlines of its own.
 * @param words said when it does not answer, by what may have started something all the same
 * @throws {HttpProblem} `temporal-unavailable` when it does not answer in time
 */
export async function orTemporalAway<T>(asked: Promise<T>, words?: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw isTemporalAway(error) ? temporalAway(error, words) : error;
  }
}

export function temporalAway(cause: unknown, words = 'Temporal does not answer'): HttpProblem {
  return new HttpProblem('temporal-unavailable', words, { retryAfterSeconds: RETRY_AFTER_S, cause });
}
