import type { Client } from '@temporalio/client';
import { prepareNamespace } from '../../temporal/prepare-namespace';
import {
  ensureRetentionSchedule,
  ensureSilentDevicesSchedule,
  ensureSweepSchedule,
} from '../../temporal/schedules';
import { startEmbeddedTemporal } from '../embedded/temporal';
import { asItIs } from '../shipment/explanation';
import type { BringUp, EmbeddedServer, TemporalUp } from './context';
import { openTemporal, openTemporalLazily } from './open-temporal';
import { delivers } from './locks';

/**
 * Starts the embedded Temporal server or finds the external one, connects, and prepares its namespace; a process
 * that only takes requests neither connects nor prepares yet.
 */
export async function bringUpTemporal(context: BringUp): Promise<TemporalUp> {
  const { config, role, supervisor } = context;
  const embedded = await startEmbedded(context);
  const open = delivers(role) ? openTemporal : openTemporalLazily;
  const { client, close } = await open(config);
  supervisor.add({ name: 'The connection to Temporal', stop: close });
  if (delivers(role)) await prepareTemporal(context, client);
  return { client, embedded };
}

/** Makes the namespace and the schedules ready; a second call changes nothing. */
export async function prepareTemporal({ config, logs }: BringUp, client: Client): Promise<void> {
  await prepareNamespace(client.connection, config.temporalNamespace, (line) => logs.log.warn(line));
  await ensureSweepSchedule(client);
  await ensureSilentDevicesSchedule(client);
  await ensureRetentionSchedule(client);
}

async function startEmbedded({
  config,
  logs,
  supervisor,
  signal,
}: BringUp): Promise<EmbeddedServer | undefined> {
  const { temporal, dataDir, temporalNamespace: namespace } = config;
  if (temporal.kind === 'external') return undefined;
  const { part, cli } = await startEmbeddedTemporal({
    ...temporal,
    dataDir,
    namespace,
    report: (line) => logs.progress(asItIs(line)),
    signal,
  });
  supervisor.add({ name: part.name, ended: part.exited, stop: () => part.stop() });
  return { cli };
}
