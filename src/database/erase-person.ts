import type { ShopTables } from '../config/config';
import type { ErasedKind } from '../shipment/erasure';
import { idSpellings, readIdTypes } from './ids';
import type { Queryable } from './pool';

/** A trigger of the shop keeps rows that are to go: another try would find the same ones. */
class RowsKeptError extends Error {
  override readonly name = 'RowsKeptError';

  constructor(table: string) {
    super(`nothing can be deleted from public.${table}: a trigger of the shop keeps its rows`);
  }
}

/** Rows of one statement. */
const BATCH = 500;

type Counts = Partial<Record<ErasedKind, number>>;

export interface ErasedBatch {
  readonly counts: Counts;
  /** There may be more. */
  readonly more: boolean;
}

/**
 * Deletes a batch of a buyer's phones with what was tried on them. One that is a merchant's too stays that merchant's,
 * and loses the buyer.
 */
export async function eraseDevices(db: Queryable, tables: ShopTables, userId: string): Promise<ErasedBatch> {
  const { userId: type, recipientId } = await readIdTypes(db, tables);
  const { rows } = await db.query<{ id: string; cid: string }>(
    `select id::text as id, cid from public.push_devices
      where user_id = any (${idSpellings('$1::text', type)}) limit ${BATCH} for update`,
    [userId],
  );
  if (rows.length === 0) return { counts: {}, more: false };
  const ids = rows.map(({ id }) => id);
  const shared = await db.query<{ id: string }>(
    `update public.push_devices set user_id = null, updated_at = now()
      where id = any ($1) and merchant_id is not null returning id::text as id`,
    [ids],
  );
  const kept = new Set(shared.rows.map(({ id }) => id));
  const own = rows.filter(({ id }) => !kept.has(id));
  for (const table of ['held_deactivations', 'push_tests'])
    await db.query(`delete from waybell.${table} where device_id = any ($1)`, [own.map(({ id }) => id)]);
  // A phone that somebody else had before: what was pushed to that one stays, or it would be pushed again.
  const pushes = await db.query(
    `delete from waybell.express_pushes p
      where p.cid = any ($1) and p.device_id = any ($2)
        and not exists (select from public.express_notifications n
                         where n.message_id = p.message_id and n.recipient_id is not null
                           and not n.recipient_id = any (${idSpellings('$3::text', recipientId)}))`,
    [own.map(({ cid }) => cid), own.map(({ id }) => id), userId],
  );
  const gone = await db.query('delete from public.push_devices where id = any ($1)', [
    own.map(({ id }) => id),
  ]);
  if (own.length > 0 && gone.rowCount === 0) throw new RowsKeptError('push_devices');
  return { counts: { devices: rows.length, pushes: pushes.rowCount ?? 0 }, more: rows.length === BATCH };
}

/** A message to a buyer that Waybell wrote. */
export interface OwnMessage {
  readonly messageId: string;
  readonly workflowId: string;
}

/** Some of the messages to a buyer that Waybell wrote, whoever's their parcels are by now. */
export async function selectMessages(
  db: Queryable,
  tables: ShopTables,
  userId: string,
): Promise<OwnMessage[]> {
  const { recipientId } = await readIdTypes(db, tables);
  const { rows } = await db.query<OwnMessage>(
    `select message_id as "messageId", workflow_id as "workflowId" from public.express_notifications
      where recipient_id = any (${idSpellings('$1::text', recipientId)}) and aud = 'user'
        and workflow_id is not null and message_id is not null
      limit ${BATCH}`,
    [userId],
  );
  return rows;
}

/** Deletes messages with their pushes. Where another erasure was faster the next try finds fewer. */
export async function deleteMessages(db: Queryable, messageIds: readonly string[]): Promise<Counts> {
  const pushes = await db.query('delete from waybell.express_pushes where message_id = any ($1)', [
    messageIds,
  ]);
  const messages = await db.query('delete from public.express_notifications where message_id = any ($1)', [
    messageIds,
  ]);
  if (messageIds.length > 0 && messages.rowCount === 0) throw new RowsKeptError('express_notifications');
  return { notifications: messages.rowCount ?? 0, pushes: pushes.rowCount ?? 0 };
}

/** Deletes what is waited for on behalf of a buyer; there is little of it. */
export async function eraseWaits(db: Queryable, userId: string): Promise<number> {
  const isTheirs = `audience = 'user' and owner_id = any (${idSpellings('$1::text', 'text')})`;
  const { rowCount } = await db.query(
    `delete from waybell.express_waits
      where (kind = 'device' and ${isTheirs}) or (kind = 'retry' and ${isTheirs})`,
    [userId],
  );
  return rowCount ?? 0;
}

export interface PersonCounts {
  readonly devices: number;
  readonly notifications: number;
  /** Rows of `express_notifications` that the old system wrote. */
  readonly oldNotifications: number;
}

/** What there is about a buyer. */
export async function countPerson(db: Queryable, tables: ShopTables, userId: string): Promise<PersonCounts> {
  const { userId: ownerType, recipientId } = await readIdTypes(db, tables);
  const { rows } = await db.query<PersonCounts>(
    `select (select count(*)::int from public.push_devices
              where user_id = any (${idSpellings('$1::text', ownerType)})) as devices,
            count(*) filter (where workflow_id is not null)::int as notifications,
            count(*) filter (where workflow_id is null)::int as "oldNotifications"
       from public.express_notifications
      where recipient_id = any (${idSpellings('$1::text', recipientId)}) and aud = 'user'`,
    [userId],
  );
  return rows[0] ?? { devices: 0, notifications: 0, oldNotifications: 0 };
}

/** An entry of the audit as far as it may name somebody. */
export interface NamingEntry {
  readonly id: string;
  readonly subject: string;
  readonly asked: string;
}

/** One page of the audit, the oldest first, after an id. */
export async function selectNamingEntries(
  db: Queryable,
  after: string,
): Promise<{ readonly entries: readonly NamingEntry[]; readonly more: boolean }> {
  const { rows } = await db.query<NamingEntry>(
    `select a.id::text as id, subject, asked from waybell.audit a where a.id > $1 order by a.id limit ${BATCH}`,
    [after],
  );
  return { entries: rows, more: rows.length === BATCH };
}

/** Takes from entries whom they were about: who decided what, and when, stays. */
export async function eraseAuditSubjects(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(`update waybell.audit set subject = 'erased', asked = '{}' where id = any ($1)`, [ids]);
}

/** Tables from which the role may not delete what an erasure has to. */
export async function findMissingDeletes(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from unnest(array['public.push_devices', 'public.express_notifications']) as name
      where not has_table_privilege(name, 'DELETE')`,
  );
  return rows.map(({ name }) => name);
}
