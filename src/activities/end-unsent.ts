import { writeUpdateState } from '../database/announcements';
import { inTransaction } from '../database/pool';
import { deleteOtherWaits } from '../database/waits';
import type { SendStatus } from '../shipment/send-status';
import type { ActivityDeps } from './deps';

export interface EndUnsentInput {
  readonly workflowId: string;
  readonly sendStatus: SendStatus;
  readonly reason: string;
}

/** Closes a delivery that never got as far as a notification, with its reason. */
export function createEndUnsent({ pool }: ActivityDeps) {
  return function endUnsent({ workflowId, sendStatus, reason }: EndUnsentInput): Promise<void> {
    return inTransaction(pool, async (db) => {
      await deleteOtherWaits(db, workflowId, []);
      await writeUpdateState(db, workflowId, { closed: true, outcome: sendStatus, reason });
    });
  };
}
