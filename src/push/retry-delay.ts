const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The window of the first retry; doubles with every attempt. */
const BASE_MS = 1 * SECOND;
/** Wide enough to spare a provider that is down, short enough to be back soon after it is. */
const CAP_MS = 5 * MINUTE;

export interface FailedAttempt {
  /** How many attempts there were, this one among them: 1, 2, … */
  readonly attempt: number;
  /** Not sooner than the provider asks for. */
  readonly retryAfterMs: number;
  /** From `[0, 1)`: given, so that the result is a plain function of its input. */
  readonly random: number;
}

/**
 * How long to wait before the next attempt: full jitter, so that phones which failed together do not come
 * back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). On top of what the
 * provider asks for: it asks all of them for the same.
 */
export function retryDelayMs({ attempt, retryAfterMs, random }: FailedAttempt): number {
  const jittered = Math.floor(random * Math.min(CAP_MS, BASE_MS * 2 ** attempt));
  return retryAfterMs + jittered;
}
