import type { DeviceRef, NotificationRef } from '../shipment/delivery';
import type { Audience } from '../shipment/update';
import type { ShopTables } from '../config/config';
import { idSpellings, type IdTypes, OWNER_COLUMN, ownerType, readIdTypes } from './ids';
import { everySpelling, findStaff, peopleOf } from './members';
import type { Queryable } from './pool';

/** The last characters of a cid: enough for people to tell two phones apart. */
const TAIL_LENGTH = 4;

/** What to look for: the devices of a notification's owner that this round has not tried yet. */
export interface DeviceSearch {
  readonly notification: NotificationRef;
  /** The people of its merchant; absent where the shop does not say who they are. */
  readonly staff?: readonly string[];
  readonly round: number;
  /** Only these devices (ids or cids); all when absent. */
  readonly only?: readonly string[];
  readonly limit: number;
  /** The owners and cids that may be pushed to; everybody when absent. */
  readonly pushOnlyTo?: readonly string[] | null;
  /** The look may be a repeat of one that was lost with the pushes that followed it. */
  readonly repeats?: RepeatedLook;
}

/** What a look finds again that is made once more, since its workflow task was lost. */
export interface RepeatedLook {
  /** The pushes that this delivery has begun in the round and not ended are found again. */
  readonly workflowId: string;
  /** Nothing was looked for before in this round: those that were accepted are found again, too. */
  readonly isFirst: boolean;
}

/** A device that is to be pushed to. */
export interface FoundDevice extends DeviceRef {
  readonly provider: string;
  /** Its push was begun in this round already. */
  readonly begun: boolean;
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
): Promise<FoundDevice[]> {
  const { notification, staff, round, only, limit, pushOnlyTo = null, repeats } = search;
  const { audience } = notification;
  const types = await readIdTypes(db, tables);
  const people = staff && '$9';
  const { rows } = await db.query<Pick<FoundDevice, 'deviceId' | 'cidTail' | 'provider' | 'begun'>>(
    `select d.id::text as "deviceId", right(d.cid, ${TAIL_LENGTH}) as "cidTail", d.provider,
            coalesce(p.round = $3 and p.state in ('claimed', 'retry'), false) as begun
       from public.push_devices d
       left join waybell.express_pushes p on p.message_id = $1 and p.device_id = d.id::text
      where ${isOwned({ audience, types, owner: '$2::text', people })} and d.is_active
        and (p.message_id is null
             or (p.state in ('moved', 'deactivated')
                 and (p.round < $3
                      or d.registered_at > case p.state when 'moved' then p.answered_at else p.claimed_at end
                      or p.answered_at < now() - ${SEEN_AGAIN_AFTER}))
             or (p.state in ('claimed', 'retry', 'failed') and p.round < $3)
             or (p.workflow_id = $7 and p.round = $3
                 and (p.state in ('claimed', 'retry') or $8 and p.state = 'accepted')))
        and ($4::text[] is null or p.message_id is null or d.id::text = any ($4) or d.cid = any ($4))
        and (${IS_AMONG('$6', '$2::text')}${people ? ` or ${IS_AMONG('$6', 'd.user_id::text')}` : ''})
      order by d.id
      limit $5`,
    [
      notification.messageId,
      notification.recipientId,
      round,
      only ?? null,
      limit,
      pushOnlyTo,
      repeats?.workflowId ?? null,
      repeats?.isFirst ?? false,
      ...(staff ? [staff] : []),
    ],
  );
  return rows.map((row) => ({ ...row, messageId: notification.messageId, audience }));
}

/** Whose devices are meant. */
interface OwnedBy {
  readonly audience: Audience;
  readonly types: IdTypes;
  /** SQL: the owner, as text. */
  readonly owner: string;
  /** SQL: the people of a merchant, a text array; absent where the shop does not say who they are. */
  readonly people: string | undefined;
}

/**
 * SQL: whether the device `d` is of its owner: registered for them; and where the shop says who belongs to a merchant,
 * a phone of one of those people, and of the others only what is no person's. Whoever has left has a phone that may
 * still name the merchant.
 */
export function isOwned({ audience, types, owner, people }: OwnedBy): string {
  const own = `d.${OWNER_COLUMN[audience]} = any (${idSpellings(owner, ownerType(types, audience))})`;
  if (people === undefined) return own;
  return `(${own} and d.user_id is null or d.user_id = any (${everySpelling(people, types.userId)}))`;
}

/** SQL: whether the owner `owner`, or the cid of the device `d`, is in the list `listed`; everybody without a list. */
export const IS_AMONG = (listed: string, owner: string): string =>
  `(${listed}::text[] is null or d.cid = any (${listed}) or lower(${owner}) = any (select lower(one) from unnest(${listed}) one))`;

/** Whether an owner, one of a merchant's people, or one of their active devices, is in a list of owners and cids. */
export async function isPushedTo(
  db: Queryable,
  tables: ShopTables,
  { audience, recipientId }: Pick<NotificationRef, 'audience' | 'recipientId'>,
  listed: readonly string[],
): Promise<boolean> {
  const staff = peopleOf(await findStaff(db, tables, audience, recipientId));
  const names = listed.map((one) => one.toLowerCase());
  if ([recipientId, ...(staff ?? [])].some((one) => names.includes(one.toLowerCase()))) return true;
  const types = await readIdTypes(db, tables);
  const { rows } = await db.query<{ known: boolean }>(
    `select exists (select from public.push_devices d
                     where ${isOwned({ audience, types, owner: '$1::text', people: staff && '$3' })}
                       and d.is_active and d.cid = any ($2)) as known`,
    [recipientId, listed, ...(staff ? [staff] : [])],
  );
  return rows[0]?.known ?? false;
}

/** Whether an owner ever registered a device, active or not. @param staff the people of a merchant, as of a search */
export async function everHadDevice(
  db: Queryable,
  tables: ShopTables,
  { audience, recipientId }: Pick<NotificationRef, 'audience' | 'recipientId'>,
  staff?: readonly string[],
): Promise<boolean> {
  const types = await readIdTypes(db, tables);
  const { rows } = await db.query<{ known: boolean }>(
    `select exists (select from public.push_devices d
                     where ${isOwned({ audience, types, owner: '$1::text', people: staff && '$2' })}) as known`,
    [recipientId, ...(staff ? [staff] : [])],
  );
  return rows[0]?.known ?? false;
}
