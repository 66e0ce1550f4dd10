import type { SendStatus } from '../shipment/delivery';
import type { ShipmentStatus } from '../shipment/status';
import type { Audience } from '../shipment/update';
import { fittedId, type IdTypes } from './ids';
import type { Queryable } from './pool';
import { joinSaid, newestOfStatus } from './scan-texts';

/** What the notifications of a delivery have in common. */
export interface ToldNews {
  readonly workflowId: string;
  /** `null` where no decision is stored. */
  readonly waybillId: string | null;
  readonly status: ShipmentStatus | null;
  readonly orderId: string;
  readonly carrier: string;
  readonly trackingNo: string;
}

export interface NewNotification {
  readonly messageId: string;
  readonly audience: Audience;
  readonly recipientId: string;
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
 * Writes notifications, with the text of the scan that they tell. A row that exists keeps its text: it may have been sent
 * already. Plain parameters, one per column, because the shop's columns may be text, varchar, uuid or bigint: PostgreSQL
 * takes each as its column's type. Ids of the shop that a column cannot hold are left out of it.
 */
export async function insertNotifications(
  db: Queryable,
  types: IdTypes,
  { workflowId, waybillId, status, orderId, carrier, trackingNo }: ToldNews,
  notifications: readonly NewNotification[],
): Promise<void> {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const givenId = (id: unknown, type: string | null): string => fittedId(`${given(id)}::text`, type);
  const [workflow, number] = [given(workflowId), given(trackingNo)];
  const rows = notifications.map(({ messageId, audience, recipientId, title, body }) => [
    given(messageId),
    given(audience),
    givenId(recipientId, types.recipientId),
    givenId(orderId, types.toldOrderId),
    givenId(waybillId, types.toldWaybillId),
    given(carrier),
    given(trackingNo),
    given(status),
    given(title),
    given(body),
    given(body),
    `coalesce((select text from scan), '')`,
    given(FIRST_STATUS),
    given(workflowId),
  ]);
  await db.query(
    `with scan as (
       select coalesce(said.text, e.event_text_safe) as text
         from waybell.express_updates u
         left join lateral (${newestOfStatus('u')}) e on true
         ${joinSaid('e', `${number}::text`)}
        where u.workflow_id = ${workflow}::text)
     insert into public.express_notifications
       (${NOTIFICATION_INSERT_COLUMNS.join(', ')})
     values ${rows.map((row) => `(${row.join(', ')})`).join(', ')}
     on conflict (message_id) do nothing`,
    values,
  );
}
