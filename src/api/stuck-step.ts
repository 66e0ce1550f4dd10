import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { isTemporalAway } from '../deliveries/temporal-away';

/** What a delivery fails with at the moment. */
export interface StuckStep {
  readonly step: string;
  readonly words: string;
  readonly attempts: number;
}

/** Longer ones, such as a stack, say no more; characters. */
const MAX_WORDS = 300;

/** What one step of an open workflow fails with now, as Temporal has it; `null` when nothing fails. */
export async function findStuckStep(client: Client, workflowId: string): Promise<StuckStep | null> {
  try {
    const { raw, status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING')
      return { step: 'workflow', words: `does not run (${status.name})`, attempts: 0 };
    const failing = (raw.pendingActivities ?? []).find(({ lastFailure }) => lastFailure);
    if (!failing) return null;
    const { activityType, lastFailure, attempt } = failing;
    return { step: activityType?.name ?? '', words: wordsOf(lastFailure), attempts: (attempt ?? 1) - 1 };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      return { step: 'workflow', words: 'is not known to Temporal', attempts: 0 };
    if (isTemporalAway(error)) return { step: 'Temporal', words: 'does not answer', attempts: 0 };
    throw error;
  }
}

function wordsOf(failure: temporal.api.failure.v1.IFailure | null | undefined): string {
  const type = failure?.applicationFailureInfo?.type;
  const message = (failure?.message ?? '').slice(0, MAX_WORDS);
  return type ? `${type}: ${message}` : message;
}
