import { NOTIFICATION_COLUMNS, type Notification } from './notifications';
import type { Queryable } from './pool';

export async function findNotification(db: Queryable, messageId: string): Promise<Notification | undefined> {
  const { rows } = await db.query<Notification>(
    `select ${NOTIFICATION_COLUMNS} from public.express_notifications where message_id = $1`,
    [messageId],
  );
  return rows[0];
}
