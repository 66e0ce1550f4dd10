import { inTransaction } from '../database/pool';
import type { Decision, NotificationRef, Recipients } from '../shipment/delivery';
import type { ActivityDeps } from './deps';
import { followOrder } from './follow-order';

export interface UpsertNotificationsInput {
  readonly workflowId: string;
  readonly carrier: string;
  readonly trackingNo: string;
  readonly decision: Decision;
  /** As they were found; whom the order names by now is read again. */
  readonly recipients: Recipients;
}

/** Writes one notification per audience that the order names, and returns them whether new or not. */
export function createUpsertNotifications(deps: ActivityDeps) {
  return function upsertNotifications(input: UpsertNotificationsInput): Promise<readonly NotificationRef[]> {
    return inTransaction(deps.pool, async (db) => {
      const followed = await followOrder(db, deps, { ...input, before: [] });
      // Between two steps the order was taken away: the next look of the delivery finds whether it is back.
      return followed?.notifications ?? [];
    });
  };
}
