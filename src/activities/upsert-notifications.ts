import { insertNotification } from '../database/insert-notification';
import { inTransaction } from '../database/pool';
import type { Decision, NotificationRef, Recipients } from '../shipment/delivery';
import { messageId } from '../shipment/message-id';
import { messageText } from '../shipment/message-text';
import type { Audience } from '../shipment/update';
import type { ActivityDeps } from './deps';

export interface UpsertNotificationsInput {
  readonly workflowId: string;
  readonly carrier: string;
  readonly trackingNo: string;
  readonly decision: Decision;
  readonly recipients: Recipients;
}

/** Writes one notification per audience that the order names, and returns them whether new or not. */
export function createUpsertNotifications({ pool, language }: ActivityDeps) {
  return function upsertNotifications(input: UpsertNotificationsInput): Promise<NotificationRef[]> {
    const { workflowId, carrier, trackingNo, decision, recipients } = input;
    const { status } = decision;
    if (status === null) throw new Error(`nothing to announce for ${workflowId}`);
    const people: [Audience, string | null][] = [
      ['user', recipients.userId],
      ['merchant', recipients.merchantId],
    ];
    const refs = people.flatMap(([audience, recipientId]): NotificationRef[] =>
      recipientId === null ? [] : [{ messageId: messageId(decision, audience), audience, recipientId }],
    );
    return inTransaction(pool, async (db) => {
      for (const ref of refs) {
        const text = messageText(
          language,
          decision.unproven ? 'signed_for' : status,
          ref.audience,
          trackingNo,
        );
        const row = { ...ref, ...text, orderId: recipients.orderId, carrier, trackingNo };
        await insertNotification(db, workflowId, row);
      }
      return refs;
    });
  };
}
