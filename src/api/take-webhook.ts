import { JournalFullError, type JournalEntry } from '../intake/journal';
import type { ReceivedUpdate } from '../sources/source';
import { deliveryWorkflowId } from '../deliveries/workflow-id';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { temporalLink } from '../deliveries/link';

/** Seconds after which a full journal may have room again. */
const RETRY_AFTER_S = 30;

/**
 * Makes a verified webhook durable.
 * @throws {HttpProblem} `intake-unavailable` when that is not possible: the sender shall try again
 */
export async function takeWebhook(
  { intake, config, log }: Pick<ApiDependencies, 'intake' | 'config' | 'log'>,
  webhook: Omit<JournalEntry, 'id'>,
): Promise<ReceivedUpdate[]> {
  const started = await intake.take(webhook).catch((error: unknown) => {
    if (!(error instanceof JournalFullError)) log.error({ err: error }, 'the journal cannot be written');
    throw new HttpProblem('intake-unavailable', 'nothing can be taken now; please send it again', {
      retryAfterSeconds: RETRY_AFTER_S,
      cause: error,
    });
  });
  return webhook.updates.map((update, index) => {
    const workflowId = deliveryWorkflowId(update);
    const runId = started?.[index]?.runId;
    return {
      update,
      workflowId,
      ...(runId !== undefined && { runId }),
      handedOver: started !== undefined,
      duplicate: started !== undefined && runId === undefined,
      link: temporalLink(config, workflowId, runId),
    };
  });
}
