import type { Push } from '../database/list-pushes';
import type { Notification } from '../database/notifications';
import type { NotificationConditions } from '../database/notification-conditions';
import { explainNotification } from '../shipment/explain-notification';
import { explainPush } from '../shipment/explain-push';
import type { Explanation } from '../shipment/explanation';

export interface Explained {
  readonly explanation: Explanation;
  readonly pushes: (Push & { readonly explanation: Explanation })[];
}

/** Why phones showed a notification or did not, for the whole and for each push. */
export function explain(
  { send_status: sendStatus }: Notification,
  pushes: readonly Push[],
  { heldProviders, heldDevices, inactiveReasons, ...conditions }: NotificationConditions,
): Explained {
  const accepted = pushes.filter(({ state }) => state === 'accepted');
  return {
    explanation: explainNotification({
      ...conditions,
      sendStatus,
      accepted: accepted.length,
      shown: accepted.filter(({ shown_at }) => shown_at !== null).length,
      waiting: pushes.filter(({ state }) => state === 'claimed' || state === 'retry').length,
      // A delivery that has ended holds nothing.
      held: sendStatus === 'sending' ? heldDevices : 0,
    }),
    pushes: pushes.map((push) => ({
      ...push,
      explanation: explainPush(push, {
        held: heldProviders.get(push.provider) ?? null,
        inactiveReason: inactiveReasons.get(push.device_id) ?? null,
      }),
    })),
  };
}
