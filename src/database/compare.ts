import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import type { ShipmentStatus } from '../shipment/status';
import type { Audience } from '../shipment/update';
import { fittedId, readIdTypes } from './ids';
import type { QueueColumns } from './old-queue';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/** What is compared: a span of time, and the waybills after one. */
export interface ComparedSpan {
  readonly since: Date;
  readonly until: Date;
}

/** Somebody whom one of the two systems told, or would have told. */
export interface ToldBy {
  readonly waybillId: string;
  readonly audience: Audience;
  readonly at: Date;
}

/** A notification of the old system; its status in the shop's own word. */
export interface OldTold extends ToldBy {
  readonly word: string | null;
}

export interface ShadowTold extends ToldBy {
  readonly status: ShipmentStatus;
}

/** What else is known of a waybill, for who asks why one side is silent. */
export interface ComparedWaybill {
  readonly waybillId: string;
  readonly carrier: string | null;
  readonly trackingNo: string | null;
  readonly orderId: string | null;
  /** Of the last update that Waybell weighed; `null` when it heard of none. */
  readonly verdict: string | null;
  readonly reason: string | null;
  /** Of the last row of the old queue. */
  readonly processStatus: string | null;
  readonly lastError: string | null;
}

/** SQL: the rows `n` of the old system, each with the row `q` of its queue. */
function oldNotifications(columns: QueueColumns): string {
  return `from public.express_notifications n
      join public.notify_queue q
        on q.id::text = coalesce(to_jsonb(n) ->> 'queue_id', split_part(n.message_id, ':', 1))
     where n.workflow_id is null and q.${escapeIdentifier(columns.waybillId)} is not null`;
}

/** SQL: the audiences `held` of the updates `u` that are told by another system only because Waybell is in shadow. */
const IN_SHADOW = `from waybell.express_updates u
      cross join lateral jsonb_each_text(u.withheld) as held (audience, why)
     where u.verdict = 'announce' and held.why = 'shadow'`;

/** The next waybills of which either system told somebody in the span. */
export async function selectComparedWaybills(
  db: Queryable,
  columns: QueueColumns,
  { since, until, after, limit }: ComparedSpan & { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from (
       select q.${escapeIdentifier(columns.waybillId)}::text as id ${oldNotifications(columns)}
          and n.created_at >= $1 and n.created_at < $2
       union
       select u.waybill_id ${IN_SHADOW} and u.created_at >= $1 and u.created_at < $2) told
      where id > $3 order by id limit $4`,
    [since, until, after, limit],
  );
  return rows.map(({ id }) => id);
}

/** What the old system told of these waybills. */
export async function selectOldTold(
  db: Queryable,
  columns: QueueColumns,
  waybillIds: readonly string[],
  { since, until }: ComparedSpan,
): Promise<OldTold[]> {
  const { rows } = await db.query<OldTold>(
    `select q.${escapeIdentifier(columns.waybillId)}::text as "waybillId", n.aud as audience,
            q.${escapeIdentifier(columns.status)}::text as word, n.created_at as at
       ${oldNotifications(columns)}
        and q.${escapeIdentifier(columns.waybillId)}::text = any ($1)
        and n.created_at >= $2 and n.created_at < $3
      order by n.created_at, n.message_id`,
    [waybillIds, since, until],
  );
  return rows;
}

/** What Waybell would have told of them. */
export async function selectShadowTold(
  db: Queryable,
  waybillIds: readonly string[],
  { since, until }: ComparedSpan,
): Promise<ShadowTold[]> {
  const { rows } = await db.query<ShadowTold>(
    `select u.waybill_id as "waybillId", held.audience, u.status, u.created_at as at
       ${IN_SHADOW} and u.waybill_id = any ($1) and u.created_at >= $2 and u.created_at < $3
      order by u.seq, held.audience`,
    [waybillIds, since, until],
  );
  return rows;
}

/** How either side stands with these waybills. */
export async function describeCompared(
  db: Queryable,
  tables: ShopTables,
  columns: QueueColumns,
  waybillIds: readonly string[],
): Promise<ComparedWaybill[]> {
  const { waybills } = shopNames(tables);
  const { waybillId: type } = await readIdTypes(db, tables);
  const { rows } = await db.query<ComparedWaybill>(
    `select ids.id as "waybillId", w.${waybills.carrier} as carrier, w.${waybills.trackingNo} as "trackingNo",
            w.${waybills.orderId}::text as "orderId", heard.verdict, heard.reason,
            queued.process_status as "processStatus", queued.last_error as "lastError"
       from unnest($1::text[]) as ids (id)
       left join ${waybills.name} w on w.${waybills.id} = ${fittedId('ids.id', type)}
       left join lateral (
         select u.verdict, u.reason from waybell.express_updates u
          where u.waybill_id = ids.id order by u.seq desc limit 1) heard on true
       left join lateral (
         select q.process_status, q.last_error from public.notify_queue q
          where q.${escapeIdentifier(columns.waybillId)}::text = ids.id
          order by q.${escapeIdentifier(columns.time)} desc limit 1) queued on true`,
    [waybillIds],
  );
  return rows;
}
