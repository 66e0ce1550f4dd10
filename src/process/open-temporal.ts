import { InterceptingCall, status, type Interceptor } from '@grpc/grpc-js';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config/config';
import { temporalVariables } from '../config/surroundings';
import { SpokenError } from '../spoken';

export interface TemporalClient {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

/** Connects to the Temporal server of the settings, embedded or not. */
export async function openTemporal(config: Config): Promise<TemporalClient> {
  const temporal = openTemporalLazily(config);
  try {
    await temporal.client.connection.ensureConnected();
    return temporal;
  } catch (error) {
    await temporal.close();
    const { address } = connectionOptions(config);
    throw new SpokenError(
      {
        en: `Temporal at ${address} cannot be reached: ${String(error)}`,
        zh: `无法连接 ${address} 的 Temporal：${String(error)}`,
      },
      { cause: error },
    );
  }
}

/** As `openTemporal`, but connects with the first call: the server may be away. */
export function openTemporalLazily(config: Config): TemporalClient {
  const closed = new AbortController();
  const connection = Connection.lazy({
    ...connectionOptions(config),
    interceptors: retriesUntil(closed.signal),
  });
  return {
    client: new Client({ connection, namespace: config.temporalNamespace }),
    close: () => {
      closed.abort();
      return connection.close();
    },
  };
}

/** The other kind of connection to the same server, which only workers can use. */
export function openWorkerConnection(config: Config): Promise<NativeConnection> {
  return NativeConnection.connect(connectionOptions(config));
}

/** The variables of `@temporalio/envconfig` (address, API key, TLS) are for external servers only. */
function connectionOptions({ temporal }: Config): ClientConnectConfig['connectionOptions'] {
  return temporal.kind === 'external'
    ? loadClientConnectConfig({ overrideEnvVars: temporalVariables() }).connectionOptions
    : { address: `127.0.0.1:${temporal.port}` };
}

type StartedCall = ConstructorParameters<typeof InterceptingCall>[0];

/**
 * The SDK's retries of a call, but none after `closed`. The SDK (1.24.0) waits for its next try with a timer that
 * outlives the connection; that try throws out of the timer, where nobody can catch it, and ends the process: an API
 * that is stopped while Temporal is away would look crashed.
 */
function retriesUntil(closed: AbortSignal): Interceptor[] {
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
