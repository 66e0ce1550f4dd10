import type { DeviceRef, NotificationRef } from '../shipment/delivery';
import type { Audience } from '../shipment/update';
import type { Queryable } from './pool';

/** Where a device says whose it is. */
export const OWNER_COLUMN: Readonly<Record<Audience, string>> = { user: 'user_id', merchant: 'merchant_id' };

/** The last characters of a cid: enough for people to tell two phones apart. */
const TAIL_LENGTH = 4;

/** What to look for: the devices of a notification's owner that this round has not tried yet. */
export interface DeviceSearch {
  readonly notification: NotificationRef;
  readonly round: number;
  /** Only these devices (ids or cids); all when absent. */
  readonly only?: readonly string[];
  readonly limit: number;
}

/**
 * Finds active devices that still need this notification: never tried, failed in an earlier round, or
 * registered again after they had moved or were declared gone. The cursor is the state of the rows, so a
 * repeat of the step and a new run of the workflow both go on where the pushes stand.
 */
export async function findDevices(
  db: Queryable,
  search: DeviceSearch,
): Promise<(DeviceRef & { readonly provider: string })[]> {
  const { notification, round, only, limit } = search;
  const { rows } = await db.query<{ deviceId: string; cidTail: string; provider: string }>(
    `select d.id::text as "deviceId", right(d.cid, ${TAIL_LENGTH}) as "cidTail", d.provider
       from public.push_devices d
       left join waybell.express_pushes p on p.message_id = $1 and p.device_id = d.id::text
      where d.${OWNER_COLUMN[notification.audience]} = $2 and d.is_active
        and (p.message_id is null
             or p.state in ('moved', 'deactivated')
             or (p.state in ('claimed', 'retry', 'failed') and p.round < $3))
        and ($4::text[] is null or p.message_id is null or d.id::text = any ($4) or d.cid = any ($4))
      order by d.id
      limit $5`,
    [notification.messageId, notification.recipientId, round, only ?? null, limit],
  );
  return rows.map((row) => ({ ...row, messageId: notification.messageId, audience: notification.audience }));
}

/** Whether an owner ever registered a device, active or not. */
export async function everHadDevice(db: Queryable, audience: Audience, ownerId: string): Promise<boolean> {
  const { rows } = await db.query<{ known: boolean }>(
    `select exists (select from public.push_devices where ${OWNER_COLUMN[audience]} = $1) as known`,
    [ownerId],
  );
  return rows[0]?.known ?? false;
}
