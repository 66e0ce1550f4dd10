import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { TASK_QUEUE } from '../workflows/contract';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;

/**
 * Temporal lists pollers for 5 minutes, with the time of their last poll. One that lives polls again after 60 s at
 * most; the rest is for the way.
 */
const FRESH_MS = 70_000;

export interface QueueOfInterest {
  readonly taskQueue?: string;
  /** Whether it holds pushes only, and no deliveries. */
  readonly pushesOnly?: boolean;
  /** Of one worker; without it, any will do. */
  readonly identity?: string;
}

/** Whether a worker takes deliveries, or pushes, from Temporal: what the server saw, not what a worker thinks of itself. */
export async function isQueuePolled(
  { workflowService, options: { namespace } }: Client,
  { taskQueue = TASK_QUEUE, pushesOnly = false, identity }: QueueOfInterest,
): Promise<boolean> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: pushesOnly ? TASK_QUEUE_TYPE_ACTIVITY : TASK_QUEUE_TYPE_WORKFLOW,
  });
  return pollers.some(
    (poller) =>
      (identity === undefined || poller.identity === identity) &&
      Number(poller.lastAccessTime?.seconds ?? 0) * 1000 > Date.now() - FRESH_MS,
  );
}
