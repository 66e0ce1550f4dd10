import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Explanation } from '../shipment/explanation';
import { TASK_QUEUE } from '../workflows/contract';
import { timeOfTemporal } from './server-clock';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;
const { WORKER_VERSIONING_MODE_VERSIONED } = temporal.api.enums.v1.WorkerVersioningMode;

/**
 * Temporal lists pollers for 5 minutes, with the time of their last poll, also those that ended well. One that lives
 * polls again after 60 s at most; the rest is for the way.
 */
const FRESH_MS = 70_000;

export interface QueueOfInterest {
  readonly taskQueue?: string;
  /** Whether it holds pushes only, and no deliveries. */
  readonly pushesOnly?: boolean;
  /** Of one worker; without it, any that is given tasks will do. */
  readonly identity?: string;
}

/** Who polls a task queue, and whom Temporal gives its tasks to. A worker without a build is unversioned. */
export interface QueuePollers {
  /** The build whose workers get the tasks; `undefined`: the unversioned ones do. */
  readonly current: string | undefined;
  readonly workers: readonly { readonly identity: string; readonly build: string | undefined }[];
}

/** What the server saw, not what a worker thinks of itself. */
export async function findPollers(
  client: Client,
  { taskQueue = TASK_QUEUE, pushesOnly = false }: QueueOfInterest = {},
): Promise<QueuePollers> {
  const { workflowService, options } = client;
  const { namespace } = options;
  const { pollers, versioningInfo } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: pushesOnly ? TASK_QUEUE_TYPE_ACTIVITY : TASK_QUEUE_TYPE_WORKFLOW,
  });
  // The clock of this machine may be hours from the one that noted the polls; who sees none needs none.
  const freshFrom = pollers.length === 0 ? 0 : (await timeOfTemporal(client)) - FRESH_MS;
  const fresh = pollers.filter(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > freshFrom,
  );
  return {
    current: versioningInfo?.currentDeploymentVersion?.buildId || undefined,
    workers: fresh.map(({ identity, deploymentOptions: options }) => ({
      identity: identity ?? '',
      build:
        options?.workerVersioningMode === WORKER_VERSIONING_MODE_VERSIONED
          ? (options.buildId ?? undefined)
          : undefined,
    })),
  };
}

/** Whether a worker takes deliveries, or pushes, from Temporal; one that is named may also stand by. */
export async function isQueuePolled(client: Client, queue: QueueOfInterest): Promise<boolean> {
  const { identity } = queue;
  const pollers = await findPollers(client, queue);
  return identity === undefined
    ? isCurrentPolled(pollers)
    : pollers.workers.some((worker) => worker.identity === identity);
}

/** Whether a worker polls that Temporal gives the tasks to. */
export function isCurrentPolled({ current, workers }: QueuePollers): boolean {
  return workers.some(({ build }) => build === current);
}

/** As people read it. */
export const workersOf = (build: string | undefined): Explanation =>
  build === undefined
    ? { en: 'unversioned workers', zh: '没有构建之分的 worker' }
    : { en: `workers of build ${build}`, zh: `构建 ${build} 的 worker` };

/** The command that lets them take the deliveries. */
export const releaseLine = (build: string | undefined): string =>
  `waybell release ${build ?? '--unversioned'}`;
