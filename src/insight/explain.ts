import type pg from 'pg';
import type { ShopTables } from '../config/config';
import { findNotification, listPushes, type Notification, type Push } from '../database/notifications';
import { inTransaction } from '../database/pool';
import { findNotificationConditions, type NotificationConditions } from '../database/stories';
import { temporalLink, type TemporalUi } from '../deliveries/link';
import { explainNotification } from '../shipment/explain-notification';
import { explainPush, UNKNOWN_PHONE } from '../shipment/explain-push';
import type { Explanation } from '../shipment/explanation';

interface Explained {
  readonly explanation: Explanation;
  readonly pushes: (Push & {
    readonly platform: string | null;
    readonly last_seen_at: Date | null;
    readonly explanation: Explanation;
  })[];
}

/** Why phones showed a notification or did not, for the whole and for each push. */
function explain(
  { send_status: sendStatus, last_error: lastError }: Notification,
  pushes: readonly Push[],
  { heldProviders, heldDevices, devices, ...conditions }: NotificationConditions,
): Explained {
  const accepted = pushes.filter(({ state }) => state === 'accepted');
  return {
    explanation: explainNotification({
      ...conditions,
      sendStatus,
      lastError,
      accepted: accepted.length,
      tooLate: pushes.some(({ code }) => code === 'too_old'),
      shown: accepted.filter(({ shown_at }) => shown_at !== null).length,
      waiting: pushes.filter(({ state }) => state === 'claimed' || state === 'retry').length,
      // A delivery that has ended holds nothing.
      held: sendStatus === 'sending' ? heldDevices : 0,
    }),
    pushes: pushes.map((push) => ({
      ...push,
      platform: devices.get(push.device_id)?.platform ?? null,
      last_seen_at: devices.get(push.device_id)?.lastSeenAt ?? null,
      explanation: explainPush(push, {
        held: heldProviders.get(push.provider) ?? null,
        phone: devices.get(push.device_id) ?? UNKNOWN_PHONE,
      }),
    })),
  };
}

export type ExplainedNotification = Notification & Explained & { readonly temporal_ui: string | null };

/** Messages with what happened on each device, and why; those that do not exist are left out. */
export function explainNotifications(
  {
    pool,
    config,
  }: { readonly pool: pg.Pool; readonly config: TemporalUi & { readonly shopTables: ShopTables } },
  messageIds: readonly string[],
): Promise<ExplainedNotification[]> {
  return inTransaction(pool, async (db) => {
    const explained: ExplainedNotification[] = [];
    for (const messageId of messageIds) {
      const notification = await findNotification(db, messageId);
      if (!notification) continue;
      const pushes = await listPushes(db, messageId);
      const conditions = await findNotificationConditions(db, config.shopTables, notification, pushes);
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
