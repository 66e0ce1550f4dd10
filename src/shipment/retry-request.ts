/** What a person says when asking for another try. Everything is optional. */
export interface RetryRequest {
  /** Who asks; kept in the history. */
  readonly operator?: string;
  readonly reason?: string;
  /** Only these devices (ids or cids); all that failed when absent. */
  readonly devices?: readonly string[];
  /** Also what is too old to be told. */
  readonly force?: boolean;
}

const MAX_WORDS = 200;
const MAX_DEVICES = 100;

/** Reads whatever a signal carried. It comes from a shell, so nothing about its shape is certain. */
export function readRetryRequest(argument: unknown): RetryRequest {
  if (typeof argument !== 'object' || argument === null) return {};
  const { operator, reason, devices, force } = argument as Record<string, unknown>;
  const asked = Array.isArray(devices)
    ? devices.filter((device): device is string => typeof device === 'string').slice(0, MAX_DEVICES)
    : [];
  return {
    ...(typeof operator === 'string' && { operator: operator.slice(0, MAX_WORDS) }),
    ...(typeof reason === 'string' && { reason: reason.slice(0, MAX_WORDS) }),
    ...(asked.length > 0 && { devices: asked }),
    ...(force === true && { force }),
  };
}
