import type { Queryable } from './pool';

/** What an API process says of its journal. */
export interface JournalReport {
  readonly journalId: string;
  /** Where it is, for people. */
  readonly place: string;
  /** Everything that it took before is in the archive. */
  readonly archivedUntil: Date;
  /** Requests that Temporal was not given, and when the oldest of them was received. */
  readonly waiting: number;
  readonly oldestAt: Date | null;
}

export interface KnownJournal extends JournalReport {
  readonly heardAt: Date;
  /** Not heard of for a minute, by the clock of the database: its process does not run, or cannot reach it. */
  readonly silent: boolean;
}

/** Reports come every second; a restart takes less. */
const SILENT = `heard_at < now() - interval '1 minute'`;

export async function reportJournal(db: Queryable, report: JournalReport): Promise<void> {
  const { journalId, place, archivedUntil, waiting, oldestAt } = report;
  await db.query(
    `insert into waybell.journals (journal_id, place, archived_until, waiting, oldest_at) values ($1, $2, $3, $4, $5)
     on conflict (journal_id) do update
        set place = excluded.place, heard_at = now(), archived_until = excluded.archived_until,
            waiting = excluded.waiting, oldest_at = excluded.oldest_at`,
    [journalId, place, archivedUntil, waiting, oldestAt],
  );
}

export async function listJournals(db: Queryable): Promise<KnownJournal[]> {
  const { rows } = await db.query<KnownJournal>(
    `select journal_id as "journalId", place, heard_at as "heardAt", archived_until as "archivedUntil", waiting,
            oldest_at as "oldestAt", ${SILENT} as silent
       from waybell.journals order by place, journal_id`,
  );
  return rows;
}

/** Forgets a journal that ended empty. */
export async function deleteJournal(db: Queryable, journalId: string): Promise<void> {
  await db.query('delete from waybell.journals where journal_id = $1', [journalId]);
}

/**
 * Forgets a journal that is not heard of any more, and that it has something to give to Temporal.
 * @returns how many archived webhooks it had not given; `null` when there is no such journal, or it is heard of
 */
export async function forgetSilentJournal(db: Queryable, journalId: string): Promise<number | null> {
  const { rowCount } = await db.query(`delete from waybell.journals where journal_id = $1 and ${SILENT}`, [
    journalId,
  ]);
  if (rowCount === 0) return null;
  const kept = await db.query('update waybell.webhooks set kept_by = null where kept_by = $1', [journalId]);
  return kept.rowCount ?? 0;
}

/** Archived webhooks that this journal was still to give to Temporal, the oldest first, beginning after `afterId`. */
export async function selectKeptWebhooks(
  db: Queryable,
  { journalId, afterId, limit }: { journalId: string; afterId: string; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from waybell.webhooks where kept_by = $1 and id > $2 order by id limit $3',
    [journalId, afterId, limit],
  );
  return rows.map(({ id }) => id);
}

/** Deliveries of a parcel that a journal has yet to give to Temporal. Few are kept, unless Temporal is away. */
export async function findKeptDeliveries(db: Queryable, trackingNo: string): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select distinct workflow_id from waybell.webhooks cross join unnest(workflow_ids) as workflow_id
      where kept_by is not null and split_part(workflow_id, '/', 4) = $1`,
    // As it stands in a workflow id.
    [encodeURIComponent(trackingNo)],
  );
  return rows.map((row) => row.workflow_id);
}

/** Temporal has them now. */
export async function markWebhooksHandedOver(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query('update waybell.webhooks set kept_by = null where id = any ($1)', [ids]);
}
