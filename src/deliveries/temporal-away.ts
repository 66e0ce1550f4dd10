import type { ServiceError } from '@grpc/grpc-js';
import { isGrpcServiceError } from '@temporalio/client';

/** gRPC status codes that mean "not now": cancelled, deadline exceeded, resource exhausted, unavailable. */
const AWAY: readonly number[] = [1, 4, 8, 14];

/** Whether an error of the Temporal client means that the server does not answer now. */
export function isTemporalAway(error: unknown): boolean {
  return findGrpcError(error, AWAY) !== undefined;
}

/** What the server said with one of these gRPC codes, however deep the Temporal client has wrapped it. */
export function findGrpcError(error: unknown, codes: readonly number[]): ServiceError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause) && codes.includes(Number(cause.code))) return cause;
  }
  return undefined;
}
