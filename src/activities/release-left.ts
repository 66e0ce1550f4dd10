import { isSpelledAlike } from '../database/ids';
import { inTransaction } from '../database/pool';
import { selectMessagesBeside, type SharedUpdate } from '../database/told-beside';
import type { ActivityDeps } from './deps';

/** Who asks for the retry, as it stands in the history. */
const REQUEST = { operator: 'waybell', reason: 'the message that it was left to is told to nobody' } as const;

/**
 * Tries deliveries again whose message was left to that of another row with the same number, where none tells any more:
 * that row has another number by now, or its order another buyer or another state. They may have closed since.
 * @throws what the Temporal client throws when the server does not answer
 */
export async function releaseLeft(
  { pool, deliveries }: Pick<ActivityDeps, 'pool' | 'deliveries'>,
  shared: SharedUpdate,
): Promise<void> {
  const messages = await inTransaction(pool, (db) => selectMessagesBeside(db, { ...shared, workflowId: '' }));
  const telling = messages.filter(({ tells }) => tells);
  const released = messages.filter(
    ({ isLeft, workflowId, audience, recipientId }) =>
      isLeft &&
      workflowId !== shared.workflowId &&
      !telling.some((one) => one.audience === audience && isSpelledAlike(one.recipientId, recipientId)),
  );
  for (const workflowId of new Set(released.map((one) => one.workflowId)))
    await deliveries.retry(workflowId, REQUEST, `left-by/${shared.workflowId}`);
}
