import { InterceptingCall, type Interceptor, status } from '@grpc/grpc-js';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type StartedCall = ConstructorParameters<typeof InterceptingCall>[0];

/**
 * The SDK's retries of a call, but none after `closed`. The SDK (1.24.0) waits for its next try with a timer that
 * outlives the connection; that try throws out of the timer, where nobody can catch it, and ends the process: an API
 * that is stopped while Temporal is away would look crashed.
 */
export function retriesUntil(closed: AbortSignal): Interceptor[] {
  const endWhenClosed: Interceptor = (options, nextCall) =>
    new InterceptingCall(closed.aborted ? cancelledCall() : nextCall(options));
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), endWhenClosed];
}

/** Ends as it starts, with a code that is not tried again. */
function cancelledCall(): StartedCall {
  const nothing = (): void => undefined;
  return {
    start: (metadata, listener) => {
      listener?.onReceiveStatus?.({ code: status.CANCELLED, details: 'the connection is closed', metadata });
    },
    cancelWithStatus: nothing,
    sendMessage: nothing,
    sendMessageWithContext: nothing,
    startRead: nothing,
    halfClose: nothing,
    getPeer: () => '',
    getAuthContext: () => null,
  };
}
