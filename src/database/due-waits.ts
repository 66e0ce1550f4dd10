import type { ShopTables } from '../config/config';
import type { Audience } from '../shipment/update';
import { linkedOrder } from './find-recipients';
import {
  idSpellings,
  type IdTypes,
  isSamePerson,
  named,
  OWNER_COLUMN,
  ownerType,
  readIdTypesNow,
} from './ids';
import type { Queryable } from './pool';
import type { StaffPhone } from './members';
import { readOrders, type OrderAccess } from './schema/order-access';
import { NEWER_ANNOUNCEMENTS } from './updates';
import { IS_FORMER } from './waybill-numbers';
import { UNTRIED_DEVICE } from './waits';

export interface DueWait {
  readonly workflowId: string;
  /** What has come: the order, a device, a newer status that makes the delivery pointless, or the end of its time. */
  readonly came: 'order' | 'device' | 'superseded' | 'time-over';
}

/** A wait that was woken and is still there is woken again only after this: its delivery may be busy. */
const WAKE_AGAIN_AFTER = `interval '5 minutes'`;

/** A delivery sees the end of its time by itself, within seconds: one that has not is busy, or ended from outside. */
const TIME_OVER = `now() - interval '5 minutes'`;

/** The part of a sweep that one owner may have while others wait. */
const OWNERS_PART = 10;

/**
 * Takes waits whose condition holds now: an order exists or names somebody else, the owner has an active device, one
 * that was not tried where pushes have failed, a newer status is committed, or the row has another number; and those of
 * deliveries whose whole time is over. One branch per condition, each a join of two sets.
 * What a sweep costs is to depend on how much waits, not on how large and old the shop is: so ids, which are text
 * here, are compared in the type of the shop's column, by its index, and of all updates only the open ones are read.
 *
 * First what was never woken, so that a delivery which cannot go on stands behind all others; then who is within his
 * share of the sweep; then what has an order now, or nothing left to say, before what has a phone now; then the oldest.
 * Beyond his share an owner's phone gets nothing; his orders name other people, and take what is left of the sweep.
 */
export async function claimDueWaits(
  db: Queryable,
  tables: ShopTables,
  limit: number,
  staff: readonly StaffPhone[] = [],
): Promise<DueWait[]> {
  const types = await readIdTypesNow(db, tables);
  return readOrders(db, tables, (access) => claimDue(db, tables, types, access, limit, staff));
}

async function claimDue(
  db: Queryable,
  tables: ShopTables,
  types: IdTypes,
  access: OrderAccess,
  limit: number,
  staff: readonly StaffPhone[],
): Promise<DueWait[]> {
  const asksMembers = tables.members !== undefined;
  const { rows } = await db.query<DueWait>(
    `with ready as (
       select workflow_id, waybill_id, kind, audience, owner_id, since, deadline, woken_at
         from waybell.express_waits
        where woken_at is null or woken_at < now() - ${WAKE_AGAIN_AFTER}),
     due as (
       select w.*, 'order' as came, ${OWNER_OF_ORDER} as owner from ready w
        cross join lateral (${linkedOrder('w.waybill_id', tables, types, access)}) linked
        where w.kind = 'order' or ${namesAnother(types)}
       union all
       ${deviceBranches('user', types, false)}
       union all
       ${deviceBranches('merchant', types, asksMembers)}
       union all
       select r.*, 'superseded', null from ready r
         join waybell.express_updates own on own.workflow_id = r.workflow_id and own.state = 'open'
        cross join lateral (select ${NEWER_ANNOUNCEMENTS} limit 1) newer
       union all
       select r.*, 'superseded', null from ready r where ${IS_FORMER('r.waybill_id')}
       union all
       select r.*, 'time-over', null from ready r
        where r.deadline < ${TIME_OVER}
          and not exists (select from waybell.express_waits other
                           where other.workflow_id = r.workflow_id and other.deadline >= ${TIME_OVER})),
     -- A wait that is due for two reasons is woken once: what ends it comes before what it waits for.
     once as (
       select distinct on (workflow_id, kind, audience) * from due
        order by workflow_id, kind, audience, came = kind),
     ranked as (
       select *, owner is not null and row_number() over (partition by owner order by woken_at nulls first, since)
                   > greatest($1::int / ${OWNERS_PART}, 1) as beyond_share
         from once),
     chosen as (
       select * from ranked
        where not (beyond_share and came = 'device')
        order by woken_at nulls first, beyond_share, came = 'device', since
        limit $1)
     update waybell.express_waits w
        set woken_at = now(),
            due_since = case when c.came = 'time-over' then w.due_since else coalesce(w.due_since, now()) end
       from chosen c
      where w.workflow_id = c.workflow_id and w.kind = c.kind and w.audience = c.audience
     returning w.workflow_id as "workflowId", c.came`,
    [limit, ...(asksMembers ? [JSON.stringify(staff)] : [])],
  );
  return rows;
}

/** SQL: whose share of a sweep the order `linked` takes: its merchant's, or its buyer's where there is none. */
const OWNER_OF_ORDER = `coalesce('merchant/' || ${named('linked.merchant_id')}, 'user/' || ${named('linked.user_id')})`;

/** SQL: the phones `d` of the people of merchants, `$2`: thousands, which have no index and are joined, not searched. */
const STAFF = `jsonb_to_recordset($2::jsonb) as d("merchantId" text, id text, registered_at timestamptz)`;

/**
 * SQL: what a delivery whose owner `w.owner_id` is of this audience waits for has come.
 * @param asksMembers whether what a person has registered counts by who belongs to the merchant alone
 */
function deviceBranches(audience: Audience, types: IdTypes, asksMembers: boolean): string {
  const owned = `d.${OWNER_COLUMN[audience]} = any (${idSpellings('w.owner_id', ownerType(types, audience))})`;
  const own = `select from public.push_devices d where ${owned} and d.is_active`;
  if (asksMembers) {
    return `${cameBy(audience, `${own} and d.user_id is null`)}
       union all
       ${dueTo(audience)} and w.kind = 'device' and w.owner_id in (select d."merchantId" from ${STAFF})
       union all
       ${dueTo(audience)} and w.kind = 'retry'
             and exists (select from ${STAFF} where d."merchantId" = w.owner_id and ${UNTRIED_DEVICE})`;
  }
  return cameBy(audience, own);
}

/** SQL: the waits of this audience that a device of `device` ends: any, or where pushes have failed one that was not tried. */
function cameBy(audience: Audience, device: string): string {
  return `${dueTo(audience)}
             and (w.kind = 'device' and exists (${device})
                  or w.kind = 'retry' and exists (${device} and ${UNTRIED_DEVICE}))`;
}

/** SQL: waits `w` of this audience that a phone has ended, on a condition that follows. */
const dueTo = (audience: Audience): string =>
  `select w.*, 'device' as came, '${audience}/' || w.owner_id as owner from ready w
           where w.audience = '${audience}'`;

/** SQL: whether the order `linked` names somebody else than the wait `w` is for, or nobody. */
function namesAnother(types: IdTypes): string {
  const isOther = (audience: Audience): string =>
    `${isSamePerson(`linked.${OWNER_COLUMN[audience]}`, 'w.owner_id', ownerType(types, audience))} is not true`;
  return `case w.audience when 'merchant' then ${isOther('merchant')} else ${isOther('user')} end`;
}

/**
 * Lets the next sweep wake those again that could not be signalled. They stand behind whom nobody has woken yet, as
 * all do that were tried.
 */
export async function noteNotWoken(db: Queryable, workflowIds: readonly string[]): Promise<void> {
  await db.query(
    `update waybell.express_waits set woken_at = least(woken_at, now() - ${WAKE_AGAIN_AFTER})
      where workflow_id = any ($1) and woken_at is not null`,
    [workflowIds],
  );
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
