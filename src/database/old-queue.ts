import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import type { ShipmentUpdate } from '../shipment/update';
import type { Queryable } from './pool';
import { IS_DECIDED } from './updates';
import { shopNames } from './shop-names';

/** What the columns of the old system's queue are called; its notes name only `id`, `processed_at` and two more. */
export interface QueueColumns {
  readonly waybillId: string;
  readonly status: string;
  readonly text: string;
  readonly time: string;
}

/** One open row of the old queue, with the waybill that it is about. */
export interface QueueRow {
  readonly id: string;
  readonly waybillId: string;
  readonly status: string | null;
  readonly text: string | null;
  /** ISO 8601 in UTC with milliseconds. */
  readonly time: string | null;
  /** `null`: there is no such waybill, or it has none. */
  readonly carrier: string | null;
  readonly trackingNo: string | null;
  /** What the old system has told of this waybill, in its words, the newest first. */
  readonly told: readonly string[];
  /** True when the old worker wrote a notification for the row before it stopped: the old consumer sends that. */
  readonly notified: boolean;
}

/** Open is what the old worker takes: whatever has no time of processing. */
const OPEN = 'q.processed_at is null';

export async function countQueueRows(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from public.notify_queue q where ${OPEN}`,
  );
  return rows[0]?.count ?? 0;
}

/** The columns that an import needs and the queue does not have. */
export async function findMissingQueueColumns(
  db: Queryable,
  { waybillId, status, text, time }: QueueColumns,
): Promise<string[]> {
  const wanted = ['id', 'processed_at', 'process_status', waybillId, status, text, time];
  const { rows } = await db.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = to_regclass('public.notify_queue') and attnum > 0 and not attisdropped`,
  );
  const found = rows.map(({ name }) => name);
  return wanted.filter((name) => !found.includes(name));
}

/**
 * The open rows of the next waybills after `after`, all rows of a waybill together and the oldest first; holds them
 * against an old worker until the transaction ends. The old tables may have millions of rows and no index that helps:
 * each is read once for the page, not once for each of its rows.
 */
export async function lockQueuePage(
  db: Queryable,
  tables: ShopTables,
  columns: QueueColumns,
  after: string,
  limit: number,
): Promise<QueueRow[]> {
  const { waybills } = shopNames(tables);
  const waybillId = escapeIdentifier(columns.waybillId);
  const status = escapeIdentifier(columns.status);
  const text = escapeIdentifier(columns.text);
  const time = escapeIdentifier(columns.time);
  const key = `coalesce(q.${waybillId}::text, '?')`;
  // Where statistics are older than the backlog, PostgreSQL takes it for one row, and loops over the rest a thousand times.
  await db.query('set local enable_nestloop = off');
  const { rows } = await db.query<QueueRow>(
    `with page as (
       select distinct ${key} as key from public.notify_queue q
        where ${OPEN} and ${key} > $1 order by 1 limit $2),
     written as materialized (
       select distinct coalesce(to_jsonb(n) ->> 'queue_id', split_part(n.message_id, ':', 1)) as queue_id
         from public.express_notifications n where n.workflow_id is null),
     imported as materialized (
       select unnest(queue_ids) as queue_id from waybell.queue_imports),
     told as materialized (
       select page.key, array_agg(t.${status}::text order by t.${time} desc) as statuses
         from page join public.notify_queue t on t.${waybillId}::text = page.key and t.process_status = 'queued'
        where not exists (select from imported where imported.queue_id = t.id::text)
        group by page.key)
     select q.id::text as id, page.key as "waybillId", q.${status}::text as status, q.${text}::text as text,
            to_char(q.${time}::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time,
            w.${waybills.carrier} as carrier,
            w.${waybills.trackingNo} as "trackingNo",
            coalesce(told.statuses, '{}') as told, written.queue_id is not null as notified
       from page
       join public.notify_queue q on ${key} = page.key and ${OPEN}
       left join told on told.key = page.key
       left join written on written.queue_id = q.id::text
       left join ${waybills.name} w
         on w.${waybills.id} = q.${waybillId}
      order by page.key, q.${time}, q.id
        for update of q`,
    [after, limit],
  );
  return rows;
}

/** A row that the old worker is done with, and whether it told people of it. */
export interface HistoryRow extends Omit<QueueRow, 'told' | 'notified'> {
  readonly told: boolean;
  /** Waybell has decided about this waybill already. */
  readonly known: boolean;
}

/**
 * What the old worker was done with before a day, of the next waybills after `after`, all rows of a waybill together
 * and the oldest first.
 */
export async function selectHistoryPage(
  db: Queryable,
  tables: ShopTables,
  columns: QueueColumns,
  { before, after, limit }: { readonly before: Date; readonly after: string; readonly limit: number },
): Promise<HistoryRow[]> {
  const { waybills } = shopNames(tables);
  const waybillId = escapeIdentifier(columns.waybillId);
  const status = escapeIdentifier(columns.status);
  const text = escapeIdentifier(columns.text);
  const time = escapeIdentifier(columns.time);
  const isOver = `q.processed_at is not null and q.${time}::timestamptz < $3`;
  await db.query('set local enable_nestloop = off');
  const { rows } = await db.query<HistoryRow>(
    `with page as (
       select distinct q.${waybillId}::text as key from public.notify_queue q
        where ${isOver} and q.${waybillId}::text > $1 order by 1 limit $2)
     select q.id::text as id, page.key as "waybillId", q.${status}::text as status, q.${text}::text as text,
            to_char(q.${time}::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time,
            w.${waybills.carrier} as carrier, w.${waybills.trackingNo} as "trackingNo",
            q.process_status is not distinct from 'queued' as told,
            ${IS_DECIDED('page.key')} as known
       from page
       join public.notify_queue q on q.${waybillId}::text = page.key and ${isOver}
       left join ${waybills.name} w on w.${waybills.id} = q.${waybillId}
      order by page.key, q.${time}, q.id`,
    [after, limit, before],
  );
  return rows;
}

/** Ends rows in the old system's own words: its worker looks at no row that has a time of processing. */
export async function endQueueRows(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(
    `update public.notify_queue set processed_at = now(), process_status = 'queued' where id = any ($1)`,
    [ids],
  );
}

/** A delivery that was built from rows of the old queue. */
export interface QueueImport {
  readonly workflowId: string;
  readonly update: ShipmentUpdate;
  readonly queueIds: readonly string[];
}

/** Notes a delivery before it starts. Rows that were put back into the queue by hand are taken once more. */
export async function insertQueueImport(
  db: Queryable,
  { workflowId, update, queueIds }: QueueImport,
): Promise<void> {
  await db.query(
    `insert into waybell.queue_imports (workflow_id, update, queue_ids) values ($1, $2, $3)
     on conflict (workflow_id) do update set update = excluded.update, started_at = null`,
    [workflowId, JSON.stringify(update), queueIds],
  );
}

/** What an interrupted import has taken and perhaps not started. */
export async function selectUnstartedImports(db: Queryable, limit: number): Promise<QueueImport[]> {
  const { rows } = await db.query<QueueImport>(
    `select workflow_id as "workflowId", update, queue_ids as "queueIds" from waybell.queue_imports
      where started_at is null order by workflow_id limit $1`,
    [limit],
  );
  return rows;
}

export async function markImportStarted(db: Queryable, workflowId: string): Promise<void> {
  await db.query('update waybell.queue_imports set started_at = now() where workflow_id = $1', [workflowId]);
}
