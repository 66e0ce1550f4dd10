import { isGrpcServiceError } from '@temporalio/client';

/** gRPC status codes that mean "not now": cancelled, deadline exceeded, resource exhausted, unavailable. */
const AWAY: readonly number[] = [1, 4, 8, 14];

/** Whether an error of the Temporal client means that the server does not answer now. */
export function isTemporalAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause) && AWAY.includes(cause.code)) return true;
  }
  return false;
}
