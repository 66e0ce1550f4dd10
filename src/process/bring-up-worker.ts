import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { WORKFLOW_BUNDLE } from '../../temporal/bundle-workflows';
import { createActivities } from '../activities/index';
import { createPushCounts, type PushCounts } from '../push/counts';
import { isQueuePolled, type QueueOfInterest } from '../api/queue-pollers';
import { createProviders } from '../push/registry';
import { createWorkers, reachDeliveries } from './worker';
import type { BringUp } from './bring-up';
import type { TemporalUp } from './bring-up-temporal';
import { openWorkerConnection } from './open-temporal';
import { installTemporalRuntime } from '../cli/temporal-runtime';

export interface WorkerParts {
  readonly temporal: TemporalUp;
  readonly pool: pg.Pool;
  readonly cloudFunctionUrl: string;
}

/** A server that answers lists a worker some milliseconds after it has begun to poll. */
const POLLING_TIMEOUT_MS = 30_000;
const LOOK_INTERVAL_MS = 25;

/**
 * Starts the workers, and waits until Temporal knows that they poll.
 * @returns how Temporal calls them, and what they count.
 */
export async function bringUpWorker(
  context: BringUp,
  { temporal, pool, cloudFunctionUrl }: WorkerParts,
): Promise<{ workerIdentity: string; pushCounts: PushCounts }> {
  const { config, supervisor, logs } = context;
  installTemporalRuntime(logs.log);
  const connection = await openWorkerConnection(config);
  supervisor.add({ name: 'The connection of the worker', stop: () => connection.close() });
  const pushCounts = createPushCounts();
  const providers = createProviders({ ...config.push, CLOUD_FUNC_URL: cloudFunctionUrl });
  supervisor.add({
    name: 'The connections to push providers',
    stop: async () => {
      for (const provider of providers.values()) await provider.close?.();
    },
  });
  const place = { connection, namespace: config.temporalNamespace };
  const activities = createActivities({
    pool,
    shopTables: config.shopTables,
    statusMap: config.statusMap,
    language: config.messageLanguage,
    providers,
    rates: config.pushRates,
    ...reachDeliveries({ ...place, pool, waitLimits: config.waitLimits }),
    countPush: pushCounts.count,
    log: logs.log,
  });
  const workers = await createWorkers({
    ...place,
    workflowBundle: WORKFLOW_BUNDLE,
    activities,
    providers: [...providers.keys()],
    rates: config.pushRates,
  });
  const run = workers.run().then(
    () => 'The worker has ended',
    (error: unknown) => `The worker has ended: ${String(error)}`,
  );
  supervisor.add({
    name: 'The worker',
    ended: run,
    stop: async () => {
      workers.shutdown();
      await run;
    },
  });
  const { identity } = workers;
  const [deliveries, ...pushes] = workers.taskQueues;
  await untilPolled(context, temporal, { taskQueue: deliveries, identity });
  for (const taskQueue of pushes)
    await untilPolled(context, temporal, { taskQueue, identity, pushesOnly: true });
  return { workerIdentity: identity, pushCounts };
}

async function untilPolled(
  { signal }: BringUp,
  { client }: TemporalUp,
  queue: QueueOfInterest,
): Promise<void> {
  const deadline = Date.now() + POLLING_TIMEOUT_MS;
  while (!(await isQueuePolled(client, queue))) {
    signal.throwIfAborted();
    if (Date.now() > deadline) throw new Error('The worker does not reach its task queue in Temporal');
    await sleep(LOOK_INTERVAL_MS);
  }
}
