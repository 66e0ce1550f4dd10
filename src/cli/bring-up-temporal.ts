import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { prepareNamespace } from '../../temporal/prepare-namespace';
import { ensureSweepSchedule } from '../../temporal/sweep-schedule';
import { startEmbeddedTemporal } from '../embedded/temporal';
import type { BringUp } from './bring-up';
import { openTemporal, openWorkerConnection } from './open-temporal';
import { installTemporalRuntime } from './temporal-runtime';

export interface TemporalUp {
  readonly client: Client;
  readonly workerConnection: NativeConnection;
  /** Of the embedded server. */
  readonly cli: string | undefined;
}

/** Starts the embedded Temporal server or finds the external one, connects, and prepares its namespace. */
export async function bringUpTemporal(context: BringUp): Promise<TemporalUp> {
  const { config, logs, supervisor } = context;
  installTemporalRuntime(logs.log);
  const embedded = await startEmbedded(context);
  const { client, close } = await openTemporal(config, embedded?.address);
  supervisor.add({ name: 'The connection to Temporal', stop: close });
  await prepareNamespace(client.connection, config.temporalNamespace, (line) => logs.log.warn(line));
  await ensureSweepSchedule(client);
  const workerConnection = await openWorkerConnection(embedded?.address);
  supervisor.add({ name: 'The connection of the worker', stop: () => workerConnection.close() });
  return { client, workerConnection, cli: embedded?.cli };
}

async function startEmbedded({
  config,
  logs,
  supervisor,
  signal,
}: BringUp): Promise<{ address: string; cli: string } | undefined> {
  const { temporal, dataDir, temporalNamespace: namespace } = config;
  if (temporal.kind === 'external') return undefined;
  const { part, address, cli } = await startEmbeddedTemporal({
    ...temporal,
    dataDir,
    namespace,
    report: logs.progress,
    signal,
  });
  supervisor.add({ name: part.name, ended: part.exited, stop: () => part.stop() });
  return { address, cli };
}
