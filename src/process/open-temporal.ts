import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config/config';
import { retriesUntil } from '../cli/retries-until';

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
    throw new Error(`Temporal at ${address} cannot be reached: ${String(error)}`, { cause: error });
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
    ? loadClientConnectConfig().connectionOptions
    : { address: `127.0.0.1:${temporal.port}` };
}
