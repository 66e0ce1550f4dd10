import { selectStanding, selectWaybillOf } from '../database/updates';
import { findRecipients } from '../database/find-recipients';
import { inTransaction } from '../database/pool';
import { joinSecondRowsOf } from '../database/second-rows';
import { deleteEndedWaits, upsertWait } from '../database/waits';
import type { Recipients, Resolution } from '../shipment/delivery';
import type { ActivityDeps } from './deps';

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
 * An order under another name of its carrier is the waybill's, too. With the order the wait for it is over: pushing may take a day, and nobody is to link an order meanwhile.
 */
export function createResolveRecipients({ pool, shopTables, carriers }: ActivityDeps) {
  return async function resolveRecipients(input: ResolveRecipientsInput): Promise<Resolution> {
    const look = (): Promise<Recipients | null> =>
      inTransaction(pool, async (db) => {
        const find = async (): Promise<Recipients | null> =>
          findRecipients(db, shopTables, (await selectWaybillOf(db, input.workflowId)) ?? input.waybillId);
        let found = await find();
        if (found === null && (await joinSecondRowsOf(db, { shopTables, carriers }, input.waybillId)))
          found = await find();
        if (found !== null) await deleteEndedWaits(db, input.workflowId, 'order', ['']);
        return found;
      });

    let recipients = await look();
    if (recipients === null) {
      const wait = await inTransaction(pool, async (db) => {
        const { current, tooOld } = await selectStanding(db, input.workflowId);
        if (!current) return null;
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
      if (wait === null) return { kind: 'superseded' };
      recipients = await look();
      if (recipients === null) {
        return wait.expired
          ? { kind: 'gave-up', tooOld: wait.tooOld }
          : { kind: 'order-not-found', until: wait.until, waitMs: wait.leftMs };
      }
    }
    return { kind: 'found', recipients };
  };
}
