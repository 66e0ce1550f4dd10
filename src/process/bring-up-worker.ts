import { Client } from '@temporalio/client';
import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { WORKFLOW_BUNDLE } from '../../temporal/bundle-workflows';
import { DEPLOYMENT } from '../../temporal/worker-deployment';
import { createActivities } from '../activities';
import type { Alarms } from '../alarms';
import type { WorkerCounts } from '../api/dependencies';
import { reachDeliveries } from '../deliveries/reach';
import { isQueuePolled, type QueueOfInterest } from '../deliveries/pollers';
import { createPushCounts } from '../push/counts';
import { createProviders } from '../push/registry';
import { SIGNED_BY_ANOTHER } from '../sources/registry';
import { watchBuild } from './build-watch';
import { chooseBuild } from './choose-build';
import type { BringUp, TemporalUp } from './context';
import { openWorkerConnection } from './open-temporal';
import { createUnreadCounts } from './unread-counts';
import { createWorkers } from './worker';

export interface WorkerParts {
  readonly temporal: TemporalUp;
  readonly pool: pg.Pool;
  readonly cloudFunctionUrl: string;
  readonly alarms: Alarms;
}

/** A server that answers lists a worker some milliseconds after it has begun to poll. */
const POLLING_TIMEOUT_MS = 30_000;
const LOOK_INTERVAL_MS = 25;

/**
 * Starts the workers, and waits until Temporal knows that they poll, and gives them deliveries or has others who do.
 * @returns how Temporal calls them, and what they count.
 */
export async function bringUpWorker(
  context: BringUp,
  { temporal, pool, cloudFunctionUrl, alarms }: WorkerParts,
): Promise<{ workerIdentity: string; counts: WorkerCounts }> {
  const { config, supervisor, logs, signal } = context;
  installTemporalRuntime(logs.log);
  const connection = await openWorkerConnection(config);
  supervisor.add({ name: 'The connection of the worker', stop: () => connection.close() });
  const pushCounts = createPushCounts();
  const unreadCounts = createUnreadCounts();
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
    carriers: config.carriers,
    statusMap: config.statusMap,
    language: config.messageLanguage,
    messageShape: config.messageShape,
    signedByAnother: SIGNED_BY_ANOTHER,
    withoutPush: config.withoutPush,
    retention: config.retention,
    newsAge: config.newsAge,
    pushOnlyTo: config.pushOnlyTo,
    shadow: config.shadow,
    providers,
    rates: config.pushRates,
    ...reachDeliveries({
      ...{ temporal: new Client(place), pool },
      ...{ shopTables: config.shopTables, waitLimits: config.waitLimits, consoleUrl: config.consoleUrl },
    }),
    countPush: pushCounts.count,
    countUnread: unreadCounts.count,
    log: logs.log,
  });
  const choice = await chooseBuild(config, temporal.client, (line) => logs.log.warn(line));
  const { own } = choice;
  const workers = await createWorkers({
    ...place,
    version: own === undefined ? undefined : { deploymentName: DEPLOYMENT, buildId: own },
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
  const watch = await watchBuild({
    ...choice,
    ...{ client: temporal.client, deploymentName: DEPLOYMENT, taskQueues: workers.taskQueues },
    alone: temporal.embedded !== undefined,
    ...{ alarms, log: logs.log, signal },
  });
  supervisor.add({ name: 'The watch over the builds', stop: () => watch.stop() });
  return { workerIdentity: identity, counts: [pushCounts, unreadCounts] };
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

/** Joins Temporal's runtime to our log and our shut-down; before any connection, once per process. */
function installTemporalRuntime(log: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', (entry) => forward(log, entry)),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    // Signals are ours: the worker must stop before the Temporal server, and after the HTTP API.
    shutdownSignals: [],
  });
}

/** The SDK warns of every worker that only pushes, and has no other word for one that is meant so. */
const ONLY_PUSHES = 'No workflows registered, not polling for workflow tasks';

function forward(log: Logger, { level, message, meta }: LogEntry): void {
  const { error, ...fields } = (meta ?? {}) as Record<string, unknown>;
  const line = { ...fields, ...(error !== undefined && { err: error }) };
  if (message === ONLY_PUSHES) return log.debug(line, message);
  switch (level) {
    case 'ERROR':
      return log.error(line, message);
    case 'WARN':
      return log.warn(line, message);
    case 'INFO':
      return log.info(line, message);
    case 'DEBUG':
    case 'TRACE':
      return log.debug(line, message);
  }
}
