import type { SendStatus } from '../shipment/delivery';
import type { Audience } from '../shipment/update';
import { fittedId, type IdTypes } from './ids';
import type { Queryable } from './pool';
import { joinSaid, newestOfStatus } from './scan-texts';

export interface NewNotification {
  readonly messageId: string;
  readonly audience: Audience;
  readonly recipientId: string;
  readonly orderId: string;
  readonly carrier: string;
  readonly trackingNo: string;
  readonly title: string;
  readonly body: string;
}

/** What a notification of ours always has. */
export const NOTIFICATION_INSERT_COLUMNS = [
  'message_id',
  'aud',
  'recipient_id',
  'order_id',
  'waybill_id',
  'carrier',
  'tracking_no',
  'status',
  'title',
  'body',
  'content',
  'event_text_safe',
  'send_status',
  'workflow_id',
] as const;

/** Starts in a word that the seed's consumer does not look for, so that only Waybell pushes it. */
const FIRST_STATUS: SendStatus = 'sending';

/**
 * Writes the notification of one audience. A row that exists keeps its text: it may have been sent already.
 * Plain parameters, one per column, because the shop's columns may be text, varchar, uuid or bigint: PostgreSQL
 * takes each as its column's type. Ids of the shop that a column cannot hold are left out of it.
 */
export async function insertNotification(
  db: Queryable,
  types: IdTypes,
  workflowId: string,
  notification: NewNotification,
): Promise<void> {
  const { messageId, audience, recipientId, orderId, carrier, trackingNo, title, body } = notification;
  const scan = await db.query<{ waybill_id: string; status: string; text: string | null }>(
    `select u.waybill_id, u.status, coalesce(said.text, e.event_text_safe) as text
       from waybell.express_updates u
       left join lateral (${newestOfStatus('u')}) e on true
       ${joinSaid('e', '$2')}
      where u.workflow_id = $1`,
    [workflowId, trackingNo],
  );
  const { waybill_id: waybillId, status, text } = scan.rows[0] ?? {};
  await db.query(
    `insert into public.express_notifications
       (${NOTIFICATION_INSERT_COLUMNS.join(', ')})
     values ($1, $2, ${fittedId('$3::text', types.recipientId)}, ${fittedId('$4::text', types.toldOrderId)},
             ${fittedId('$5::text', types.toldWaybillId)}, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (message_id) do nothing`,
    [
      messageId,
      audience,
      recipientId,
      orderId,
      waybillId,
      carrier,
      trackingNo,
      status,
      title,
      body,
      body,
      text ?? '',
      FIRST_STATUS,
      workflowId,
    ],
  );
}
