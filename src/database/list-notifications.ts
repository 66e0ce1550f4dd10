import { NOTIFICATION_COLUMNS, type Notification } from './notifications';
import type { Queryable } from './pool';

/** What to list. An absent part does not narrow the list. */
export interface NotificationFilter {
  readonly recipient_id?: string;
  readonly tracking_no?: string;
}

/** Lists notifications, the newest first. */
export async function listNotifications(
  db: Queryable,
  filter: NotificationFilter,
  limit: number,
): Promise<Notification[]> {
  // The names are this file's own, never the caller's.
  const narrowing = (['recipient_id', 'tracking_no'] as const).filter(
    (column) => filter[column] !== undefined,
  );
  const conditions = narrowing.map((column, index) => `${column} = $${index + 2}`);
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
