import { selectStanding } from '../database/updates';
import { findOrderOf, type FoundOrder } from '../database/find-recipients';
import { inAutocommit, inTransaction, type Queryable } from '../database/pool';
import { joinSecondRowsOf } from '../database/second-rows';
import { upsertWait } from '../database/waits';
import type { Resolution } from '../shipment/delivery';
import type { ActivityDeps } from './deps';
import { createUnreadNames } from './unread-names';

export interface ResolveRecipientsInput {
  readonly workflowId: string;
  /** As it was decided. */
  readonly waybillId: string;
  /** How long to wait for an order, milliseconds. */
  readonly limitMs: number;
  /** A person wants it told however old it is. */
  readonly force?: boolean;
}

/**
 * Finds the people behind a waybill. Without an order it commits what it waits for and looks once more: an
 * order linked in between is found here, one linked later finds the committed row and wakes the delivery.
 * An order under another name of its carrier is the waybill's, too. What the shop says of it that nobody understands is
 * named here, once for each delivery.
 */
export function createResolveRecipients({ pool, shopTables, carriers, log, countUnread }: ActivityDeps) {
  const nameUnread = createUnreadNames(log, countUnread);
  return async function resolveRecipients(input: ResolveRecipientsInput): Promise<Resolution> {
    const find = (db: Queryable): Promise<FoundOrder | null> => findOrderOf(db, shopTables, input);
    const isJoined = (db: Queryable): Promise<boolean> =>
      joinSecondRowsOf(db, { shopTables, carriers }, input.waybillId);
    const look = async (): Promise<FoundOrder | null> =>
      (await inAutocommit(pool, find)) ??
      (await inTransaction(pool, async (db) => ((await isJoined(db)) ? find(db) : null)));

    let order = await look();
    if (order === null) {
      const wait = await inTransaction(pool, async (db) => {
        const { current, tooOld, renumbered } = await selectStanding(db, input.workflowId);
        if (!current) return { kind: 'superseded' as const, ...(renumbered && { renumbered }) };
        const { limitMs, force = false } = input;
        const written = await upsertWait(db, input.workflowId, {
          kind: 'order',
          audience: '',
          ownerId: '',
          limitMs,
          force,
        });
        return { ...written, tooOld: tooOld && !force };
      });
      if ('kind' in wait) return wait;
      order = await look();
      if (order === null) {
        return wait.expired
          ? { kind: 'gave-up', tooOld: wait.tooOld }
          : { kind: 'order-not-found', until: wait.until, waitMs: wait.leftMs };
      }
    }
    nameUnread(order.unread);
    return { kind: 'found', recipients: order.recipients };
  };
}
