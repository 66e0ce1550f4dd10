import { findNotification } from '../database/find-notification';
import { listPushes } from '../database/list-pushes';
import { findNotificationConditions } from '../database/notification-conditions';
import type { Notification } from '../database/notifications';
import { inTransaction } from '../database/pool';
import type { ApiDependencies } from './dependencies';
import { explain, type Explained } from '../insight/explain';
import { temporalLink } from '../deliveries/link';

export type ExplainedNotification = Notification & Explained & { readonly temporal_ui: string | null };

/** Messages with what happened on each device, and why; those that do not exist are left out. */
export function explainNotifications(
  { pool, config }: Pick<ApiDependencies, 'pool' | 'config'>,
  messageIds: readonly string[],
): Promise<ExplainedNotification[]> {
  return inTransaction(pool, async (db) => {
    const explained: ExplainedNotification[] = [];
    for (const messageId of messageIds) {
      const notification = await findNotification(db, messageId);
      if (!notification) continue;
      const pushes = await listPushes(db, messageId);
      const conditions = await findNotificationConditions(db, notification, pushes);
      explained.push({
        ...notification,
        ...explain(notification, pushes, conditions),
        temporal_ui:
          notification.workflow_id === null ? null : temporalLink(config, notification.workflow_id),
      });
    }
    return explained;
  });
}
