import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { fewAtOnce } from '../few-at-once';
import { DELIVERY_WORKFLOW } from '../workflows/contract';

/** The most that a server gives at once: 100,000 deliveries are a hundred calls. */
const LIST_PAGE_SIZE = 1_000;
/** Calls of Temporal under way at once. */
const AT_ONCE = 10;
/** As many may have been started in the second or two by which the list is late; more are not looked up. */
const MOST_LOOKED_UP = 1_000;

/** Whether a workflow runs; false also when Temporal does not know it, or no longer. */
export async function isRunning(temporal: Client, workflowId: string): Promise<boolean> {
  try {
    return (await temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Which of these deliveries do not run. Reads the list of those that do, and asks for each that it lacks. */
export async function findNotRunning(temporal: Client, workflowIds: readonly string[]): Promise<string[]> {
  const missing = new Set(workflowIds);
  if (missing.size > AT_ONCE) await removeListed(temporal, missing);
  const doubtful = [...missing];
  const runs = await fewAtOnce(doubtful.slice(0, MOST_LOOKED_UP), AT_ONCE, (id) => isRunning(temporal, id));
  return doubtful.filter((_, index) => runs[index] !== true);
}

async function removeListed(temporal: Client, missing: Set<string>): Promise<void> {
  const query = `WorkflowType='${DELIVERY_WORKFLOW}' AND ExecutionStatus='Running'`;
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize: LIST_PAGE_SIZE })) {
    missing.delete(workflowId);
    if (missing.size === 0) return;
  }
}
