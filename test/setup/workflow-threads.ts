import { Worker } from '@temporalio/worker';
import type { WorkflowCreator } from '@temporalio/worker/lib/workflow/interface';

type CreateThread = (
  bundle: unknown,
  options: { readonly debugMode?: boolean },
  logger: unknown,
) => Promise<WorkflowCreator>;

/** Where the SDK starts the thread that the workflows of a worker run in. */
const sdk = Worker as unknown as { createWorkflowCreator: CreateThread };
const startThread = sdk.createWorkflowCreator.bind(Worker);

/** Their workers have ended. */
const idle: WorkflowCreator[] = [];

/**
 * To load such a thread costs half a second of a processor, and a suite starts a worker for nearly every test. So a
 * thread is kept when its worker has ended, and the next worker takes it: it is given more workflows, as in any worker
 * that runs for long. Workers that run at the same time have threads of their own.
 */
sdk.createWorkflowCreator = async (bundle, options, logger) => {
  // A replay has no thread.
  if (options.debugMode) return startThread(bundle, options, logger);
  const thread = idle.pop() ?? (await startThread(bundle, options, logger));
  return {
    createWorkflow: (workflow) => thread.createWorkflow(workflow),
    destroy: () => Promise.resolve(void idle.push(thread)),
  };
};

/** Ends the threads that no worker uses. */
export async function endIdleThreads(): Promise<void> {
  await Promise.all(idle.splice(0).map((thread) => thread.destroy()));
}
