import type { ShopTables } from '../config/config';
import type { PushState } from '../shipment/delivery';
import { isGivenId, readIdTypes } from './ids';
import type { Queryable } from './pool';

/** A row of `express_notifications` as the API shows it. Ids as text, whatever type the shop gave them. */
export interface Notification {
  readonly message_id: string;
  readonly aud: string | null;
  readonly recipient_id: string | null;
  readonly order_id: string | null;
  readonly carrier: string | null;
  readonly tracking_no: string | null;
  readonly status: string | null;
  readonly title: string | null;
  readonly body: string | null;
  readonly send_status: string | null;
  readonly last_error: string | null;
  readonly workflow_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const NOTIFICATION_COLUMNS = `message_id, aud, recipient_id::text as recipient_id, order_id::text as order_id,
  carrier, tracking_no, status, title, body, send_status, last_error, workflow_id, created_at, updated_at`;

export async function findNotification(db: Queryable, messageId: string): Promise<Notification | undefined> {
  const { rows } = await db.query<Notification>(
    `select ${NOTIFICATION_COLUMNS} from public.express_notifications where message_id = $1`,
    [messageId],
  );
  return rows[0];
}

/** What to list. An absent part does not narrow the list. */
export interface NotificationFilter {
  readonly recipient_id?: string;
  readonly tracking_no?: string;
}

/** Lists notifications, the newest first. */
export async function listNotifications(
  db: Queryable,
  tables: ShopTables,
  filter: NotificationFilter,
  limit: number,
): Promise<Notification[]> {
  const { recipientId } = await readIdTypes(db, tables);
  // The names are this file's own, never the caller's.
  const narrowing = (['recipient_id', 'tracking_no'] as const).filter(
    (column) => filter[column] !== undefined,
  );
  const conditions = narrowing.map((column, index) => {
    const given = `$${index + 2}`;
    return column === 'recipient_id' ? isGivenId(column, given, recipientId) : `${column} = ${given}`;
  });
  const { rows } = await db.query<Notification>(
    `select ${NOTIFICATION_COLUMNS}
       from public.express_notifications
      where ${['message_id is not null', ...conditions].join(' and ')}
      order by created_at desc
      limit $1`,
    [limit, ...narrowing.map((column) => filter[column])],
  );
  return rows;
}

/** What happened to one notification on one device. */
export interface Push {
  readonly device_id: string;
  readonly cid: string;
  readonly provider: string;
  readonly state: 'claimed' | 'retry' | PushState;
  readonly code: string | null;
  readonly words: string | null;
  readonly attempts: number;
  readonly claimed_at: Date;
  readonly answered_at: Date | null;
  readonly delivered_at: Date | null;
  readonly loss_reason: string | null;
  readonly loss_words: string | null;
  readonly shown_at: Date | null;
  readonly clicked_at: Date | null;
}

/** As many as a person reads; the newest first. */
const LIMIT = 500;

export async function listPushes(db: Queryable, messageId: string): Promise<Push[]> {
  const { rows } = await db.query<Push>(
    `select device_id, cid, provider, state, code, words, attempts, claimed_at, answered_at,
            delivered_at, loss_reason, loss_words, shown_at, clicked_at
       from waybell.express_pushes
      where message_id = $1
      order by claimed_at desc
      limit ${LIMIT}`,
    [messageId],
  );
  return rows;
}
