import type { Queryable } from './pool';

/** Rows of one statement. */
export const BATCH = 500;

export interface Batch {
  /** There may be more. */
  readonly more: boolean;
}

export const batch = (rowCount: number | null, size = BATCH): Batch => ({ more: rowCount === size });

/**
 * Notes how far back the books go from now on. Committed before anything is deleted, so that nobody accounts for rows
 * that are being deleted.
 */
export async function moveLedgerFloor(db: Queryable, days: number): Promise<void> {
  await db.query(
    `insert into waybell.retention as r (ledger_from, applied_at) values (now() - $1 * interval '1 day', now())
     on conflict (only_row) do update
        set ledger_from = greatest(r.ledger_from, excluded.ledger_from), applied_at = now()`,
    [days],
  );
}

/** Since when the books are whole; `null` when nothing was ever deleted. */
export async function selectLedgerFloor(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ ledger_from: Date }>('select ledger_from from waybell.retention');
  return rows[0]?.ledger_from ?? null;
}

/** Forgets the deliveries of the import from the old queue that have started, and keeps which rows they took. */
export async function emptyImports(db: Queryable): Promise<Batch> {
  const { rowCount } = await db.query(
    `update waybell.queue_imports set update = '{}'
      where workflow_id = any (array(
        select workflow_id from waybell.queue_imports
         where update <> '{}' and started_at is not null
         order by started_at limit ${BATCH}))`,
  );
  return batch(rowCount);
}

/** Forgets corrections of a carrier: nothing more comes of such a parcel, and a number that is used again is another. */
export async function deleteCorrections(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.carrier_corrections
      where ctid = any (array(
        select ctid from waybell.carrier_corrections
         where corrected_at < now() - $1 * interval '1 day' order by corrected_at limit ${BATCH}))`,
    [days],
  );
  return batch(rowCount);
}

/** Forgets refusals, and with them the addresses that they came from. */
export async function deleteRefusals(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.channel_refusals
      where id = any (array(
        select id from waybell.channel_refusals
         where last_at < now() - $1 * interval '1 day' order by last_at limit ${BATCH}))`,
    [days],
  );
  return batch(rowCount);
}

/** Forgets how much came through the channels. */
export async function deleteSpans(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.channel_spans
      where ctid = any (array(
        select ctid from waybell.channel_spans
         where span < now() - $1 * interval '1 day' order by span limit ${BATCH}))`,
    [days],
  );
  return batch(rowCount);
}

/** Ours are those with a workflow: rows of the old system have none, and are never touched. */
const OURS = 'n.workflow_id is not null';

/** Takes titles and texts from notifications: number, times, statuses and who was told stay. */
export async function blankNotifications(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `update public.express_notifications set title = '', body = '', content = '', event_text_safe = ''
      where message_id = any (array(
        select n.message_id from public.express_notifications n
         where ${OURS} and n.created_at < now() - $1 * interval '1 day'
           and concat(n.title, n.body, n.content, n.event_text_safe) <> ''
         order by n.created_at limit ${BATCH}))`,
    [days],
  );
  return batch(rowCount);
}

/** Deletes notifications whose deliveries have ended. */
export async function deleteNotifications(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from public.express_notifications
      where message_id = any (array(
        select n.message_id from public.express_notifications n
         where ${OURS} and n.created_at < now() - $1 * interval '1 day'
           and not exists (select from waybell.express_updates u
                            where u.workflow_id = n.workflow_id and u.state = 'open')
         order by n.created_at limit ${BATCH}))`,
    [days],
  );
  return batch(rowCount);
}

/** A table that grows. */
export interface TableSize {
  readonly name: string;
  /** As PostgreSQL estimates them. */
  readonly rows: number;
  /** With indexes. */
  readonly bytes: number;
}

const GROWING = [
  'waybell.webhooks',
  'waybell.express_updates',
  'waybell.platform_express_events',
  'waybell.scan_texts',
  'waybell.status_changes',
  'waybell.express_pushes',
  'waybell.parcel_memories',
  'waybell.audit',
  'public.express_notifications',
  'public.push_devices',
];

export async function measureTables(db: Queryable): Promise<TableSize[]> {
  const { rows } = await db.query<TableSize>(
    `select t.name, greatest(c.reltuples, 0)::float8 as rows, pg_total_relation_size(c.oid)::float8 as bytes
       from unnest($1::text[]) as t(name) join pg_class c on c.oid = to_regclass(t.name)
      order by bytes desc`,
    [GROWING],
  );
  return rows;
}
