import type { WorkerDeploymentVersion } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index';
import { pushQueue, TASK_QUEUE } from '../workflows/contract';

export interface WorkerDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The file that `npm run build` packs the workflows into. */
  readonly workflowBundle: string;
  readonly taskQueue?: string;
  /** Which build they are; without one they are unversioned. Nothing is given to them until it is the current one. */
  readonly version?: WorkerDeploymentVersion;
  readonly activities: Activities;
  /** The names of those that are switched on: each has a queue of its own. */
  readonly providers: readonly string[];
  /** Pushes per second by provider, of all workers together; no limit when absent. */
  readonly rates: Readonly<Partial<Record<string, number>>>;
}

/** A push under way may end (5 s and its write); what is longer is done again by the next worker. */
const SHUTDOWN_GRACE = '8s';
const SHUTDOWN_FORCE = '12s';

/** Pushes wait for a provider most of the time: the default of 100 would leave the two cores idle. */
const PUSHES_AT_ONCE = 200;

/** All workers of a process, which live and die together. */
export interface Workers {
  /** How Temporal calls them. */
  readonly identity: string;
  /** Where each of them listens; the first one takes the deliveries. */
  readonly taskQueues: readonly [string, ...string[]];
  /** Settles once all have ended; when one fails, the others stop. */
  run(): Promise<void>;
  /** Takes nothing new, and lets what is under way end. */
  shutdown(): void;
}

/**
 * None of our workflows loops, but thousands of signals are replayed at a stretch, and a busy machine stands still for
 * seconds. Node ends the whole process, and not the one workflow, when this is over in the middle of a promise. The SDK
 * takes it (its own is 5 s) without having it in its type.
 */
const PATIENT = { isolateExecutionTimeout: '1 minute' } as const;

/** Builds the worker of the deliveries, and one for the pushes of each provider; `run()` them. */
export async function createWorkers(deps: WorkerDeps): Promise<Workers> {
  const { taskQueue = TASK_QUEUE, version, activities, workflowBundle, providers, rates } = deps;
  const { pushToDevice, sendPushTest } = activities;
  const shared = {
    connection: deps.connection,
    namespace: deps.namespace,
    maxConcurrentActivityTaskExecutions: PUSHES_AT_ONCE,
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
    // A delivery waits for days: pinned to its build, it would keep a worker of it alive for as long. So each goes on
    // with the build that is current, which recorded histories and `patched` make safe.
    workerDeploymentOptions: version && {
      useWorkerVersioning: true,
      version,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  } satisfies Partial<WorkerOptions>;
  const deliveries = await Worker.create({
    ...shared,
    taskQueue,
    workflowBundle: { codePath: workflowBundle },
    // Also pushes whose provider no worker knows: they end with that reason.
    activities,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    ...PATIENT,
  });
  const pushes = await Promise.all(
    providers.map((provider) =>
      Worker.create({
        ...shared,
        taskQueue: pushQueue(taskQueue, provider),
        activities: { pushToDevice, sendPushTest },
        maxTaskQueueActivitiesPerSecond: rates[provider],
      }),
    ),
  );
  const workers = [deliveries, ...pushes];
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    identity: deliveries.options.identity,
    taskQueues: [taskQueue, ...pushes.map((worker) => worker.options.taskQueue)],
    shutdown,
    async run() {
      const ends = await Promise.allSettled(workers.map((worker) => worker.run().finally(shutdown)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}
