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
async function isRunning(temporal: Client, workflowId: string): Promise<boolean> {
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
  const lookedUp = await pickNotRunning(temporal, doubtful.slice(0, MOST_LOOKED_UP));
  return [...lookedUp, ...doubtful.slice(MOST_LOOKED_UP)];
}

/** Which of these deliveries do not run. Asks for each, however many others run: for some hundreds at most. */
export async function pickNotRunning(temporal: Client, workflowIds: readonly string[]): Promise<string[]> {
  const runs = await fewAtOnce(workflowIds, AT_ONCE, (id) => isRunning(temporal, id));
  return workflowIds.filter((_, index) => runs[index] !== true);
}

async function removeListed(temporal: Client, missing: Set<string>): Promise<void> {
  const query = `WorkflowType='${DELIVERY_WORKFLOW}' AND ExecutionStatus='Running'`;
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize: LIST_PAGE_SIZE })) {
    missing.delete(workflowId);
    if (missing.size === 0) return;
  }
}
