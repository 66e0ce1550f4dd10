import { findGrpcError } from '../grpc-error';

/** gRPC status codes that mean "not now": cancelled, deadline exceeded, resource exhausted, unavailable. */
const AWAY: readonly number[] = [1, 4, 8, 14];

/** Whether an error of the Temporal client means that the server does not answer now. */
export function isTemporalAway(error: unknown): boolean {
  return findGrpcError(error, AWAY) !== undefined;
}
