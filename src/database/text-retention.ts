import type { Reading, ShipmentUpdate } from '../shipment/update';
import { isoTime } from './parcel-events';
import type { Queryable } from './pool';
import { type Batch, batch, BATCH } from './retention';
import type { SaidText } from './scan-texts';

/** Deletes what scans said in words, of scans that are older. */
export async function deleteOldTexts(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.scan_texts
      where ctid = any (array(
        select ctid from waybell.scan_texts
         where event_time < now() - $1 * interval '1 day' order by event_time limit ${BATCH}))`,
    [days],
  );
  return batch(rowCount);
}

/** Deletes all that was said in words of the parcels with these numbers, whoever said it. */
export async function deleteTextsOf(db: Queryable, trackingNos: readonly string[]): Promise<void> {
  await db.query('delete from waybell.scan_texts where tracking_no = any ($1)', [trackingNos]);
}

/** SQL: a row that is younger may stand before one that is not committed yet, which would be passed over. */
const SETTLED = `now() - interval '1 minute'`;

/** Next rows of a table, in the order in which it is walked through; `done` is how far that is. */
interface OldRows<Row, Place> extends Batch {
  readonly rows: readonly Row[];
  /** Absent where there are none. */
  readonly done?: Place;
}

/** A scan that an earlier release stored with its texts. */
export interface OldScan extends Pick<SaidText, 'key' | 'time' | 'text' | 'source'> {
  readonly id: string;
  readonly place: string | null;
  readonly rawStatus: string;
  readonly status: string | null;
  readonly reading: Reading | null;
  readonly workflowId: string;
}

/** Of the next scans those that say something in words, or whose word nobody could read. */
export async function selectOldScans(db: Queryable): Promise<OldRows<OldScan, string>> {
  const { rows } = await db.query<OldScan & { says: boolean }>(
    `select e.id::text as id, e.event_key as key, ${isoTime('e.event_time')} as time, e.event_text_safe as text, e.place,
            e.source, e.raw_status as "rawStatus", e.status, e.reading, e.workflow_id as "workflowId",
            e.event_text_safe <> '' or e.place is not null
              or e.status is null and e.reading = 'unknown' and e.raw_status !~ '^(#[0-9a-f]{16})?$' as says
       from waybell.platform_express_events e
      where e.id > (select texts_event_id from waybell.retention) and e.recorded_at < ${SETTLED}
      order by e.id limit ${BATCH}`,
  );
  const done = rows.at(-1)?.id;
  return {
    ...batch(rows.length),
    rows: rows.filter(({ says }) => says),
    ...(done !== undefined && { done }),
  };
}

/** A scan without its texts, with the word that stands in place of the one that was read. */
export interface EmptiedScan extends Pick<OldScan, 'id' | 'rawStatus'> {
  readonly wordBefore: string;
}

/** Takes the texts out of scans. A word that was corrected since stays what it is now. */
export async function emptyOldScans(
  db: Queryable,
  scans: readonly EmptiedScan[],
  done: string,
): Promise<void> {
  await db.query(
    `update waybell.platform_express_events e
        set event_text_safe = '', place = null,
            raw_status = case when e.raw_status = said."wordBefore" then said."rawStatus" else e.raw_status end
       from jsonb_to_recordset($1::jsonb) as said(id bigint, "rawStatus" text, "wordBefore" text)
      where e.id = said.id`,
    [JSON.stringify(scans)],
  );
  await db.query('update waybell.retention set texts_event_id = $1', [done]);
}

/** An update that has ended, and what it was made of. */
export interface OldUpdate {
  readonly workflowId: string;
  readonly update: ShipmentUpdate;
}

interface UpdatePlace {
  readonly closedAt: string;
  readonly workflowId: string;
}

/** Updates of one statement: each may have a quarter of a megabyte. */
const UPDATES = 50;

/** JSON path: an update that says something in words, or has a word that nobody could read. */
const SAYS = `'$ ? (exists(@.state) || exists(@.events[*] ? (
         @.text != "" || exists(@.place) || @.reading == "unknown" && @.status == null && !(@.rawStatus like_regex "^(#[0-9a-f]{16})?$"))))'`;

/** Of the next updates that have ended those that say something in words. */
export async function selectOldUpdates(db: Queryable): Promise<OldRows<OldUpdate, UpdatePlace>> {
  const { rows } = await db.query<UpdatePlace & { update: ShipmentUpdate | null }>(
    `select u.workflow_id as "workflowId", u.closed_at::text as "closedAt",
            case when u.input @? ${SAYS} then u.input end as update
       from waybell.express_updates u
      where u.state = 'closed' and u.closed_at < ${SETTLED}
        and (u.closed_at, u.workflow_id)
            > ((select texts_closed_at from waybell.retention), (select texts_workflow_id from waybell.retention))
      order by u.closed_at, u.workflow_id limit ${UPDATES}`,
  );
  const last = rows.at(-1);
  return {
    ...batch(rows.length, UPDATES),
    rows: rows.flatMap(({ workflowId, update }) => (update ? [{ workflowId, update }] : [])),
    ...(last && { done: { closedAt: last.closedAt, workflowId: last.workflowId } }),
  };
}

/** Writes what these updates were made of, without their texts. */
export async function emptyOldUpdates(
  db: Queryable,
  updates: readonly OldUpdate[],
  done: UpdatePlace,
): Promise<void> {
  await db.query(
    `update waybell.express_updates u set input = lean.update
       from jsonb_to_recordset($1::jsonb) as lean("workflowId" text, update jsonb)
      where u.workflow_id = lean."workflowId"`,
    [JSON.stringify(updates)],
  );
  await db.query('update waybell.retention set texts_closed_at = $1, texts_workflow_id = $2', [
    ...[done.closedAt, done.workflowId],
  ]);
}
