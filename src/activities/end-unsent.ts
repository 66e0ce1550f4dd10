import { closeOpenUpdate } from '../database/updates';
import { endUnsentNotifications } from '../database/pushes';
import { inTransaction } from '../database/pool';
import { deleteWaits } from '../database/waits';
import type { SendStatus } from '../shipment/delivery';
import { readEndReason, type EndReason } from '../shipment/end-reason';
import type { ActivityDeps } from './deps';

export interface EndUnsentInput {
  readonly workflowId: string;
  readonly sendStatus: SendStatus;
  readonly reason: EndReason;
}

/**
 * Closes a delivery whose steps will not record an outcome, with its reason. One that they have closed meanwhile keeps
 * the outcome that it came to.
 */
export function createEndUnsent({ pool }: ActivityDeps) {
  return function endUnsent({ workflowId, sendStatus, reason }: EndUnsentInput): Promise<void> {
    return inTransaction(pool, async (db) => {
      await deleteWaits(db, workflowId);
      await endUnsentNotifications(db, workflowId, reason);
      await closeOpenUpdate(db, workflowId, { outcome: sendStatus, reason: readEndReason(reason) });
    });
  };
}
