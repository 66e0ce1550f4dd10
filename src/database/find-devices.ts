import type { DeviceRef, NotificationRef } from '../shipment/delivery';
import type { Audience } from '../shipment/update';
import type { ShopTables } from '../config/config';
import { idSpellings, type IdTypes, OWNER_COLUMN, ownerType, readIdTypes } from './ids';
import type { Queryable } from './pool';

/** The last characters of a cid: enough for people to tell two phones apart. */
const TAIL_LENGTH = 4;

/** What to look for: the devices of a notification's owner that this round has not tried yet. */
export interface DeviceSearch {
  readonly notification: NotificationRef;
  readonly round: number;
  /** Only these devices (ids or cids); all when absent. */
  readonly only?: readonly string[];
  readonly limit: number;
  /** The owners and cids that may be pushed to; everybody when absent. */
  readonly pushOnlyTo?: readonly string[] | null;
}

/** A device that was seen as moved, or was declared gone, is not looked at again by the same round before that. */
const SEEN_AGAIN_AFTER = `interval '1 minute'`;

/**
 * Finds active devices that still need this notification: never tried, failed in an earlier round, or
 * registered again after they had moved or were declared gone. The cursor is the state of the rows, so a
 * repeat of the step and a new run of the workflow both go on where the pushes stand.
 */
export async function findDevices(
  db: Queryable,
  tables: ShopTables,
  search: DeviceSearch,
): Promise<(DeviceRef & { readonly provider: string })[]> {
  const { notification, round, only, limit, pushOnlyTo = null } = search;
  const { audience } = notification;
  const type = ownerType(await readIdTypes(db, tables), audience);
  const { rows } = await db.query<{ deviceId: string; cidTail: string; provider: string }>(
    `select d.id::text as "deviceId", right(d.cid, ${TAIL_LENGTH}) as "cidTail", d.provider
       from public.push_devices d
       left join waybell.express_pushes p on p.message_id = $1 and p.device_id = d.id::text
      where d.${OWNER_COLUMN[audience]} = any (${idSpellings('$2::text', type)}) and d.is_active
        and (p.message_id is null
             or (p.state in ('moved', 'deactivated')
                 and (p.round < $3
                      or d.registered_at > case p.state when 'moved' then p.answered_at else p.claimed_at end
                      or p.answered_at < now() - ${SEEN_AGAIN_AFTER}))
             or (p.state in ('claimed', 'retry', 'failed') and p.round < $3))
        and ($4::text[] is null or p.message_id is null or d.id::text = any ($4) or d.cid = any ($4))
        and ${IS_AMONG('$6', '$2::text')}
      order by d.id
      limit $5`,
    [notification.messageId, notification.recipientId, round, only ?? null, limit, pushOnlyTo],
  );
  return rows.map((row) => ({ ...row, messageId: notification.messageId, audience }));
}

/** SQL: whether the owner `owner`, or the cid of the device `d`, is in the list `listed`; everybody without a list. */
export const IS_AMONG = (listed: string, owner: string): string =>
  `(${listed}::text[] is null or d.cid = any (${listed}) or lower(${owner}) = any (select lower(one) from unnest(${listed}) one))`;

/** Whether an owner, or one of their active devices, is in a list of owners and cids. */
export async function isPushedTo(
  db: Queryable,
  types: IdTypes,
  { audience, recipientId }: Pick<NotificationRef, 'audience' | 'recipientId'>,
  listed: readonly string[],
): Promise<boolean> {
  if (listed.some((one) => one.toLowerCase() === recipientId.toLowerCase())) return true;
  const { rows } = await db.query<{ known: boolean }>(
    `select exists (select from public.push_devices
                     where ${OWNER_COLUMN[audience]} = any (${idSpellings('$1::text', ownerType(types, audience))})
                       and is_active and cid = any ($2)) as known`,
    [recipientId, listed],
  );
  return rows[0]?.known ?? false;
}

/** Whether an owner ever registered a device, active or not. */
export async function everHadDevice(
  db: Queryable,
  tables: ShopTables,
  audience: Audience,
  ownerId: string,
): Promise<boolean> {
  const type = ownerType(await readIdTypes(db, tables), audience);
  const { rows } = await db.query<{ known: boolean }>(
    `select exists (select from public.push_devices
                     where ${OWNER_COLUMN[audience]} = any (${idSpellings('$1::text', type)})) as known`,
    [ownerId],
  );
  return rows[0]?.known ?? false;
}
