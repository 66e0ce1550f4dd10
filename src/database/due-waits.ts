import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config';
import { ORDER_FUNCTION, type OrderAccess, readOrders } from './order-access';
import type { Queryable } from './pool';
import type { WaitKind } from './waits';

export interface DueWait {
  readonly workflowId: string;
  /** `superseded` when a newer status made the delivery pointless, else the kind of the wait that is over. */
  readonly cause: WaitKind | 'superseded';
}

/** A wait that was woken and is still there is woken again only after this: its delivery may be busy. */
const WAKE_AGAIN_AFTER = `interval '5 minutes'`;

/**
 * Takes waits whose condition holds now: an order exists, the owner has an active device, or a newer status
 * is committed. One branch per condition, so that each is a join of two sets and not a probe per row; ids
 * are compared as text because the shop's columns may be of any type. Newest deliveries first.
 */
export function takeDueWaits(db: Queryable, tables: ShopTables, limit: number): Promise<DueWait[]> {
  return readOrders(db, tables, (access) => takeDue(db, tables, access, limit));
}

async function takeDue(
  db: Queryable,
  tables: ShopTables,
  access: OrderAccess,
  limit: number,
): Promise<DueWait[]> {
  const { waybills } = tables;
  const waybillTable = `${escapeIdentifier(waybills.schema)}.${escapeIdentifier(waybills.table)}`;
  const { rows } = await db.query<DueWait>(
    `with ready as (
       select workflow_id, waybill_id, kind, audience, owner_id, since
         from waybell.express_waits
        where woken_at is null or woken_at < now() - ${WAKE_AGAIN_AFTER}),
     due as (
       select r.*, r.kind as cause from ready r
         join ${waybillTable} b on b.${escapeIdentifier(waybills.id)}::text = r.waybill_id
         ${joinOrders(tables, access)}
        where r.kind = 'order'
       union all
       select r.*, r.kind from ready r
        where r.kind = 'device' and r.audience = 'user'
          and r.owner_id in (select user_id::text from public.push_devices where is_active)
       union all
       select r.*, r.kind from ready r
        where r.kind = 'device' and r.audience = 'merchant'
          and r.owner_id in (select merchant_id::text from public.push_devices where is_active)
       union all
       select r.*, 'superseded' from ready r
         join waybell.express_updates own on own.workflow_id = r.workflow_id
        where exists (select from waybell.express_updates newer
                       where newer.waybill_id = own.waybill_id and newer.verdict = 'announce'
                         and newer.seq > own.seq)),
     chosen as (select * from due order by since desc limit $1)
     update waybell.express_waits w
        set woken_at = now(), due_since = coalesce(w.due_since, now())
       from chosen c
      where w.workflow_id = c.workflow_id and w.kind = c.kind and w.audience = c.audience
     returning w.workflow_id as "workflowId", c.cause`,
    [limit],
  );
  return rows;
}

/** The function is asked once for each waiting waybill that names an order: few, since an order that exists ends it. */
function joinOrders({ waybills, orders }: ShopTables, access: OrderAccess): string {
  const orderId = `b.${escapeIdentifier(waybills.orderId)}::text`;
  if (access === 'function') {
    return `cross join lateral (select from ${ORDER_FUNCTION}(${orderId}) where ${orderId} is not null limit 1) o`;
  }
  return `join ${escapeIdentifier(orders.schema)}.${escapeIdentifier(orders.table)} o
           on o.${escapeIdentifier(orders.id)}::text = ${orderId}`;
}
