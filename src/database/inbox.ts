import type { ShopTables } from '../config/config';
import type { Audience } from '../shipment/update';
import { isGone } from './find-recipients';
import { givenSpellings, type IdTypes, readIdTypes } from './ids';
import type { Notification } from './notifications';
import { isBehindPlace, type Place, placeTime } from './page-place';
import type { Queryable } from './pool';

/** What an app shows of a notification. */
export interface InboxEntry extends Pick<
  Notification,
  'message_id' | 'aud' | 'order_id' | 'carrier' | 'tracking_no' | 'status' | 'title' | 'body' | 'created_at'
> {
  readonly read: boolean;
}

/** Whose. A number may be a user's and a merchant's. */
export interface Recipient {
  readonly audience: Audience;
  readonly id: string;
}

/** A page of the list is what comes before a place: the newest is first. */
export interface InboxPage {
  readonly before?: Place;
  readonly unread?: boolean;
  readonly limit: number;
}

/** SQL: not seen yet, whatever type the shop has given the column; as the index says it. */
const isUnread = (message: string): string =>
  `coalesce(${message}.is_read::text, '0') in ('0', 'f', 'false')`;

/** SQL: a mark that a boolean, a number and a text take. */
const mark = (read: boolean): string => (read ? `'1'` : `'0'`);

/**
 * SQL: the messages `n` of a recipient, the id as $1 and the audience as $2, each spelling of the id by the index.
 * Somebody who was erased has none, also none of the old system.
 */
const ownMessages = (
  { audience }: Recipient,
  types: IdTypes,
  {
    columns,
    narrowed,
    limit,
  }: { readonly columns: string; readonly narrowed: string; readonly limit: string },
): string => `
  select page.*
    from ${givenSpellings('$1', types.recipientId)} spelled
   cross join lateral (
     select ${columns} from public.express_notifications n
      where n.recipient_id = spelled.id and n.aud = $2 and n.message_id is not null and n.created_at is not null
        ${narrowed}
      order by n.created_at desc, n.message_id desc limit ${limit}) page
   ${audience === 'user' ? `where not ${isGone('$1::text', types)}` : ''}`;

/** One page of what a recipient was to be told, the newest first, each message with its place. */
export async function selectInbox(
  db: Queryable,
  tables: ShopTables,
  recipient: Recipient,
  { before, unread, limit }: InboxPage,
): Promise<(InboxEntry & { readonly at: string })[]> {
  const types = await readIdTypes(db, tables);
  const seen = unread === undefined ? '' : `and ${unread ? '' : 'not '}${isUnread('n')}`;
  const beyond =
    before === undefined
      ? ''
      : `and ${isBehindPlace({ by: ['n.created_at', 'n.message_id'], place: ['$4', '$5'] })}`;
  const columns = `n.message_id, n.aud, n.order_id::text as order_id, n.carrier, n.tracking_no, n.status, n.title, n.body,
     n.created_at, not ${isUnread('n')} as read,
     ${placeTime('n.created_at')} as at`;
  const { rows } = await db.query<InboxEntry & { at: string }>(
    `select own.* from (${ownMessages(recipient, types, { columns, narrowed: `${seen} ${beyond}`, limit: '$3' })}) own
      order by own.created_at desc, own.message_id desc limit $3`,
    [recipient.id, recipient.audience, limit, ...(before ? [before.at, before.id] : [])],
  );
  return rows;
}

/** How many a recipient has not seen; more than `most` are not counted. */
export async function countUnread(
  db: Queryable,
  tables: ShopTables,
  recipient: Recipient,
  most: number,
): Promise<number> {
  const types = await readIdTypes(db, tables);
  const unread = { columns: '1', narrowed: `and ${isUnread('n')}`, limit: '$3' };
  const { rows } = await db.query<{ count: number }>(
    `select least(count(*), $3)::int as count from (${ownMessages(recipient, types, unread)}) own`,
    [recipient.id, recipient.audience, most],
  );
  return rows[0]?.count ?? 0;
}

/** Of some messages, those that are not this recipient's, or not there. */
export async function findOthers(
  db: Queryable,
  tables: ShopTables,
  recipient: Recipient,
  messageIds: readonly string[],
): Promise<string[]> {
  const types = await readIdTypes(db, tables);
  const these = { columns: 'n.message_id', narrowed: 'and n.message_id = any ($3)', limit: 'all' };
  const { rows } = await db.query<{ message_id: string }>(ownMessages(recipient, types, these), [
    recipient.id,
    recipient.audience,
    messageIds,
  ]);
  const own = new Set(rows.map(({ message_id }) => message_id));
  return messageIds.filter((id) => !own.has(id));
}

/** Marks messages as seen, or as not seen. @returns how many were marked otherwise before */
export async function markMessages(
  db: Queryable,
  messageIds: readonly string[],
  read: boolean,
): Promise<number> {
  const { rowCount } = await db.query(
    `update public.express_notifications n set is_read = ${mark(read)}
      where n.message_id = any ($1) and ${read ? '' : 'not '}${isUnread('n')}`,
    [messageIds],
  );
  return rowCount ?? 0;
}

/** The newest of the messages that a recipient has not seen and that were written until then. */
export async function selectUnreadUntil(
  db: Queryable,
  tables: ShopTables,
  recipient: Recipient,
  { until, limit }: { readonly until: Date; readonly limit: number },
): Promise<string[]> {
  const types = await readIdTypes(db, tables);
  const unread = {
    columns: 'n.message_id',
    // Apps know the moment of a message to the millisecond, and PostgreSQL to the microsecond.
    narrowed: `and ${isUnread('n')} and n.created_at < $3::timestamptz + interval '1 millisecond'`,
    limit: '$4',
  };
  const { rows } = await db.query<{ message_id: string }>(ownMessages(recipient, types, unread), [
    recipient.id,
    recipient.audience,
    until,
    limit,
  ]);
  return rows.map(({ message_id }) => message_id);
}
