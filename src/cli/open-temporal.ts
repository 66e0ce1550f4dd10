import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config';

export interface TemporalClient {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

/** Connects to a Temporal server: the embedded one at `embeddedAddress`, else the one that the settings name. */
export async function openTemporal(config: Config, embeddedAddress?: string): Promise<TemporalClient> {
  const options = connectionOptions(embeddedAddress);
  const connection = await Connection.connect(options).catch((error: unknown) => {
    throw new Error(`Temporal at ${options.address} cannot be reached: ${String(error)}`, { cause: error });
  });
  return {
    client: new Client({ connection, namespace: config.temporalNamespace }),
    close: () => connection.close(),
  };
}

/** As `openTemporal`, but connects with the first call: the server may be away. */
export function openTemporalLazily(config: Config, embeddedAddress?: string): TemporalClient {
  const connection = Connection.lazy(connectionOptions(embeddedAddress));
  return {
    client: new Client({ connection, namespace: config.temporalNamespace }),
    close: () => connection.close(),
  };
}

/** The other kind of connection to the same server, which only workers can use. */
export function openWorkerConnection(embeddedAddress?: string): Promise<NativeConnection> {
  return NativeConnection.connect(connectionOptions(embeddedAddress));
}

/** The variables of `@temporalio/envconfig` (address, API key, TLS) are for external servers only. */
function connectionOptions(embeddedAddress: string | undefined): ClientConnectConfig['connectionOptions'] {
  return embeddedAddress === undefined
    ? loadClientConnectConfig().connectionOptions
    : { address: embeddedAddress };
}
