import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** Whether a workflow runs; false also when Temporal does not know it, or no longer. */
export async function isOpen(temporal: Client, workflowId: string): Promise<boolean> {
  try {
    return (await temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
