import type { ShopTables } from '../config/config';
import type { Queryable } from './pool';
import { ORDER_FUNCTION, readOrders, type OrderAccess } from './schema/order-access';
import { shopNames } from './shop-names';
import { NEWER_ANNOUNCEMENTS } from './updates';

export interface DueWait {
  readonly workflowId: string;
  /** What has come: the order, a device, a newer status that makes the delivery pointless, or the end of its time. */
  readonly cause: 'order' | 'device' | 'superseded' | 'time-over';
}

/** A wait that was woken and is still there is woken again only after this: its delivery may be busy. */
const WAKE_AGAIN_AFTER = `interval '5 minutes'`;

/** A delivery sees the end of its time by itself, within seconds: one that has not is busy, or ended from outside. */
const TIME_OVER = `now() - interval '5 minutes'`;

/** The part of a sweep that one owner may have while others wait. */
const OWNERS_PART = 10;

/**
 * Takes waits whose condition holds now: an order exists, the owner has an active device, or a newer status
 * is committed; and those of deliveries whose whole time is over. One branch per condition, each a join of two sets.
 * What a sweep costs is to depend on how much waits, not on how large and old the shop is: so ids, which are text
 * here, are compared in the type of the shop's column, by its index, and of all updates only the open ones are read.
 *
 * First what was never woken, so that a delivery which cannot go on stands behind all others; then who is within his
 * share of the sweep; then what has an order now, or nothing left to say, before what has a phone now; then the oldest.
 * Beyond his share an owner's phone gets nothing; his orders name other people, and take what is left of the sweep.
 */
export async function takeDueWaits(db: Queryable, tables: ShopTables, limit: number): Promise<DueWait[]> {
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, (access) => takeDue(db, tables, types, access, limit));
}

async function takeDue(
  db: Queryable,
  tables: ShopTables,
  types: IdTypes,
  access: OrderAccess,
  limit: number,
): Promise<DueWait[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<DueWait>(
    `with ready as (
       select workflow_id, waybill_id, kind, audience, owner_id, since, deadline, woken_at
         from waybell.express_waits
        where woken_at is null or woken_at < now() - ${WAKE_AGAIN_AFTER}),
     due as (
       select r.*, r.kind as cause, ${ownerOfOrder(tables, access)} as owner from ready r
         join ${waybills.name} b on b.${waybills.id} = r.waybill_id::${types.waybillId}
         ${joinOrders(tables, types, access)}
        where r.kind = 'order'
       union all
       select r.*, r.kind, 'user/' || r.owner_id from ready r
        where r.kind = 'device' and r.audience = 'user'
          and r.owner_id::${types.userId} in (select user_id from public.push_devices where is_active)
       union all
       select r.*, r.kind, 'merchant/' || r.owner_id from ready r
        where r.kind = 'device' and r.audience = 'merchant'
          and r.owner_id::${types.merchantId} in (select merchant_id from public.push_devices where is_active)
       union all
       select r.*, 'superseded', null from ready r
         join waybell.express_updates own on own.workflow_id = r.workflow_id and own.state = 'open'
        where exists (select ${NEWER_ANNOUNCEMENTS})
       union all
       select r.*, 'time-over', null from ready r
        where r.deadline < ${TIME_OVER}
          and not exists (select from waybell.express_waits other
                           where other.workflow_id = r.workflow_id and other.deadline >= ${TIME_OVER})),
     -- A wait that is due for two reasons is woken once: what ends it comes before what it waits for.
     once as (
       select distinct on (workflow_id, kind, audience) * from due
        order by workflow_id, kind, audience, cause = kind),
     ranked as (
       select *, owner is not null and row_number() over (partition by owner order by woken_at nulls first, since)
                   > greatest($1::int / ${OWNERS_PART}, 1) as beyond_share
         from once),
     chosen as (
       select * from ranked
        where not (beyond_share and cause = 'device')
        order by woken_at nulls first, beyond_share, cause = 'device', since
        limit $1)
     update waybell.express_waits w
        set woken_at = now(),
            due_since = case when c.cause = 'time-over' then w.due_since else coalesce(w.due_since, now()) end
       from chosen c
      where w.workflow_id = c.workflow_id and w.kind = c.kind and w.audience = c.audience
     returning w.workflow_id as "workflowId", c.cause`,
    [limit],
  );
  return rows;
}

/** The function is asked once for each waiting waybill that names an order: few, since an order that exists ends it. */
function joinOrders(tables: ShopTables, types: IdTypes, access: OrderAccess): string {
  const { waybills, orders } = shopNames(tables);
  const orderId = `b.${waybills.orderId}`;
  if (access === 'function') {
    return `cross join lateral (select user_id, merchant_id from ${ORDER_FUNCTION}(${orderId}::text) where ${orderId} is not null limit 1) o`;
  }
  const id = `o.${orders.id}`;
  // What a waybill names need be no id of an order: it is not cast to the type of one.
  const isIts =
    types.orderId === types.namedOrderId ? `${id} = ${orderId}` : `${id}::text = ${orderId}::text`;
  return `join ${orders.name} o on ${isIts}`;
}

/** Whose share of a sweep an order takes: its merchant's, or its buyer's where there is none. */
function ownerOfOrder(tables: ShopTables, access: OrderAccess): string {
  const { merchantId, userId } =
    access === 'function' ? { merchantId: 'merchant_id', userId: 'user_id' } : shopNames(tables).orders;
  return `coalesce('merchant/' || nullif(o.${merchantId}::text, ''), 'user/' || nullif(o.${userId}::text, ''))`;
}

/** The types of the columns that hold ids, as SQL; a role that may not read the orders need not know theirs. */
interface IdTypes {
  readonly waybillId: string;
  readonly namedOrderId: string;
  readonly orderId: string | null;
  readonly userId: string;
  readonly merchantId: string;
}

async function readIdTypes(db: Queryable, { waybills, orders }: ShopTables): Promise<IdTypes> {
  const devices = { schema: 'public', table: 'push_devices' };
  const wanted = {
    waybillId: { ...waybills, column: waybills.id },
    namedOrderId: { ...waybills, column: waybills.orderId },
    orderId: { ...orders, column: orders.id },
    userId: { ...devices, column: 'user_id' },
    merchantId: { ...devices, column: 'merchant_id' },
  };
  const { rows } = await db.query<{ types: IdTypes }>(
    `select jsonb_object_agg(w.key, format_type(a.atttypid, a.atttypmod)) as types
       from jsonb_each($1) as w
       left join pg_namespace n on n.nspname = w.value ->> 'schema'
       left join pg_class c on c.relnamespace = n.oid and c.relname = w.value ->> 'table'
       left join pg_attribute a on a.attrelid = c.oid and a.attname = w.value ->> 'column' and not a.attisdropped`,
    [JSON.stringify(wanted)],
  );
  const [row] = rows;
  if (!row) throw new Error('an aggregate gives one row');
  return row.types;
}

export async function noteSweep(db: Queryable): Promise<void> {
  await db.query(
    `insert into waybell.sweeps (swept_at) values (now())
     on conflict (only_row) do update set swept_at = excluded.swept_at`,
  );
}

/**
 * Since when deliveries wait that no sweep has looked at, though it comes every minute; `null` when one has looked
 * within three, or nothing waits for that long.
 */
export async function findMissedSweep(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ missed: Date | null }>(
    `select max(greatest(oldest.since, s.swept_at)) as missed
       from (select min(since) as since from waybell.express_waits) oldest
       left join waybell.sweeps s on true
      where greatest(oldest.since, s.swept_at) < now() - interval '3 minutes'`,
  );
  return rows[0]?.missed ?? null;
}
