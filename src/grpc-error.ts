import type { ServiceError } from '@grpc/grpc-js';
import { isGrpcServiceError } from '@temporalio/client';

/** What the server said with one of these gRPC codes, however deep the Temporal client has wrapped it. */
export function findGrpcError(error: unknown, codes: readonly number[]): ServiceError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause) && codes.includes(Number(cause.code))) return cause;
  }
  return undefined;
}
