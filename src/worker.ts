import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createActivities } from './activities';
import type { ActivityDeps } from './activities/deps';
import type { DueWait } from './database/due-waits';
import { TASK_QUEUE } from './workflows/contract';
import {
  deviceRegisteredSignal,
  orderLinkedSignal,
  retrySignal,
  supersedeSignal,
} from './workflows/messages';

export interface WorkerDeps extends Omit<ActivityDeps, 'wake'> {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The file that `npm run build` packs the workflows into. */
  readonly workflowBundle: string;
  readonly taskQueue?: string;
}

/** A push under way may end (5 s and its write); what is longer is done again by the next worker. */
const SHUTDOWN_GRACE = '8s';
const SHUTDOWN_FORCE = '12s';

/** Pushes wait for a provider most of the time: the default of 100 would leave the two cores idle. */
const PUSHES_AT_ONCE = 200;

const SIGNAL_OF_CAUSE = {
  order: orderLinkedSignal,
  device: deviceRegisteredSignal,
  retry: retrySignal,
  superseded: supersedeSignal,
} as const;

/** Builds the worker; `run()` it. */
export function createWorker(deps: WorkerDeps): Promise<Worker> {
  const { connection, namespace, workflowBundle } = deps;
  const client = new Client({ connection, namespace });
  const wake = async ({ workflowId, cause }: DueWait): Promise<'woken' | 'gone'> => {
    try {
      await client.workflow.getHandle(workflowId).signal(SIGNAL_OF_CAUSE[cause].name);
      return 'woken';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'gone';
      throw error;
    }
  };
  return Worker.create({
    connection,
    namespace,
    taskQueue: deps.taskQueue ?? TASK_QUEUE,
    workflowBundle: { codePath: workflowBundle },
    activities: createActivities({ ...deps, wake }),
    maxConcurrentActivityTaskExecutions: PUSHES_AT_ONCE,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
  });
}
