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
  readonly order_id?: string;
  readonly tracking_no?: string;
  /** Of the devices that it was pushed to. */
  readonly cid?: string;
  /** The `message_id` after which the list goes on. */
  readonly before?: string;
}

/**
 * Lists notifications, the newest first. Those of one transaction have one time, and are told apart by their ids where
 * the list is short enough to be sorted: `before` needs something that narrows it.
 */
export async function listNotifications(
  db: Queryable,
  tables: ShopTables,
  filter: NotificationFilter,
  limit: number,
): Promise<Notification[]> {
  const { recipientId, toldOrderId } = await readIdTypes(db, tables);
  const values: unknown[] = [limit];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const { recipient_id, order_id, tracking_no, cid, before } = filter;
  const conditions = [
    'message_id is not null',
    ...(recipient_id === undefined ? [] : [isGivenId('recipient_id', given(recipient_id), recipientId)]),
    ...(order_id === undefined ? [] : [isGivenId('order_id', given(order_id), toldOrderId)]),
    ...(tracking_no === undefined ? [] : [`tracking_no = ${given(tracking_no)}`]),
    // Listed first: by the time of the messages PostgreSQL would walk through all of them.
    ...(cid === undefined
      ? []
      : [
          `message_id = any (array(select p.message_id from waybell.express_pushes p where p.cid = ${given(cid)}))`,
        ]),
    ...(before === undefined
      ? []
      : [
          `(created_at, message_id) < (select b.created_at, b.message_id from public.express_notifications b
                                        where b.message_id = ${given(before)})`,
        ]),
  ];
  const { rows } = await db.query<Notification>(
    `select ${NOTIFICATION_COLUMNS}
       from public.express_notifications
      where ${conditions.join(' and ')}
      order by created_at desc${conditions.length === 1 ? '' : ', message_id desc'}
      limit $1`,
    values,
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
