import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { WORKFLOW_BUNDLE } from '../../temporal/bundle-workflows';
import { isQueuePolled } from '../api/queue-pollers';
import { createProviders } from '../push/registry';
import { createWorker } from '../worker';
import type { BringUp } from './bring-up';
import type { TemporalUp } from './bring-up-temporal';
import { openWorkerConnection } from './open-temporal';
import { installTemporalRuntime } from './temporal-runtime';

export interface WorkerParts {
  readonly temporal: TemporalUp;
  readonly pool: pg.Pool;
  readonly cloudFunctionUrl: string;
}

/** A server that answers lists a worker some milliseconds after it has begun to poll. */
const POLLING_TIMEOUT_MS = 30_000;
const LOOK_INTERVAL_MS = 25;

/**
 * Starts the worker, and waits until Temporal knows that it polls.
 * @returns how Temporal calls it.
 */
export async function bringUpWorker(
  context: BringUp,
  { temporal, pool, cloudFunctionUrl }: WorkerParts,
): Promise<{ workerIdentity: string }> {
  const { config, supervisor, logs } = context;
  installTemporalRuntime(logs.log);
  const connection = await openWorkerConnection(temporal.embedded?.address);
  supervisor.add({ name: 'The connection of the worker', stop: () => connection.close() });
  const providers = createProviders({ ...config.push, CLOUD_FUNC_URL: cloudFunctionUrl });
  supervisor.add({
    name: 'The connections to push providers',
    stop: async () => {
      for (const provider of providers.values()) await provider.close?.();
    },
  });
  const worker = await createWorker({
    connection,
    namespace: config.temporalNamespace,
    workflowBundle: WORKFLOW_BUNDLE,
    pool,
    shopTables: config.shopTables,
    statusMap: config.statusMap,
    language: config.messageLanguage,
    providers,
    log: logs.log,
  });
  const run = worker.run().then(
    () => 'The worker has ended',
    (error: unknown) => `The worker has ended: ${String(error)}`,
  );
  supervisor.add({
    name: 'The worker',
    ended: run,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await run;
    },
  });
  const workerIdentity = worker.options.identity;
  await waitUntilPolling(context, temporal, workerIdentity);
  return { workerIdentity };
}

async function waitUntilPolling(
  { signal }: BringUp,
  { client }: TemporalUp,
  identity: string,
): Promise<void> {
  const deadline = Date.now() + POLLING_TIMEOUT_MS;
  while (!(await isQueuePolled(client, { identity }))) {
    signal.throwIfAborted();
    if (Date.now() > deadline) throw new Error('The worker does not reach its task queue in Temporal');
    await sleep(LOOK_INTERVAL_MS);
  }
}
