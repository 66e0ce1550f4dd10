import type pg from 'pg';
import type { Config } from '../config/config';
import { findNotification, listPushes, type Notification, type Push } from '../database/notifications';
import { inTransaction } from '../database/pool';
import { findNotificationConditions, type NotificationConditions } from '../database/stories';
import { temporalLink, type TemporalUi } from '../deliveries/link';
import { toldClassOf } from '../push/classes/silent-makers';
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
  classes: Config['push']['MESSAGE_CLASSES'],
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
    pushes: pushes.map((push) => {
      const device = devices.get(push.device_id);
      return {
        ...push,
        platform: device?.platform ?? null,
        last_seen_at: device?.lastSeenAt ?? null,
        explanation: explainPush(push, {
          held: heldProviders.get(push.provider) ?? null,
          phone: device ?? UNKNOWN_PHONE,
          told: device && toldClassOf(classes, { ...device, provider: push.provider }),
        }),
      };
    }),
  };
}

export type ExplainedNotification = Notification & Explained & { readonly temporal_ui: string | null };

/** Messages with what happened on each device, and why; those that do not exist are left out. */
export function explainNotifications(
  {
    pool,
    config,
  }: { readonly pool: pg.Pool; readonly config: TemporalUi & Pick<Config, 'shopTables' | 'push'> },
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
        ...explain(notification, pushes, conditions, config.push.MESSAGE_CLASSES),
        temporal_ui:
          notification.workflow_id === null ? null : temporalLink(config, notification.workflow_id),
      });
    }
    return explained;
  });
}
