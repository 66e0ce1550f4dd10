import type { DatedStatus } from '../shipment/current-status';
import type { StoredScan } from '../shipment/scan-version';
import type { ParcelSpan } from '../shipment/parcel-instance';
import type { ShipmentEvent } from '../shipment/update';
import type { Queryable } from './pool';

/** ISO 8601 in UTC with milliseconds, as JavaScript writes it: sorts as text. */
const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
export const isoTime = (column: string): string => `to_char(${column} at time zone 'UTC', ${ISO})`;

/** SQL: a word, or its digest, as the digest: what is the same word is the same then (`deliveries/word-digest.ts`). */
export const inDigestForm = (word: string): string =>
  `case when ${word} ~ '^#[0-9a-f]{16}$' then ${word}
        else '#' || left(encode(sha256(convert_to(${word}, 'UTF8')), 'hex'), 16) end`;

/** The newest parcel under a number, by its scans: a word about silence says nothing of when the parcel lived. */
export async function selectNewestParcel(db: Queryable, waybillId: string): Promise<ParcelSpan | null> {
  const { rows } = await db.query<ParcelSpan>(
    `select instance, ${isoTime('min(event_time)')} as "firstAt", ${isoTime('max(event_time)')} as "lastAt"
       from waybell.platform_express_events
      where waybill_id = $1 and status is distinct from 'expired'
      group by instance
      order by instance desc
      limit 1`,
    [waybillId],
  );
  return rows[0] ?? null;
}

/** Everything that was said of one parcel, as far as the status needs it, in the order of its arrival. */
export async function selectParcelEvents(
  db: Queryable,
  waybillId: string,
  instance: number,
): Promise<DatedStatus[]> {
  const { rows } = await db.query<DatedStatus>(
    `select ${isoTime('event_time')} as time, status
       from waybell.platform_express_events
      where waybill_id = $1 and instance = $2
      order by id`,
    [waybillId, instance],
  );
  return rows;
}

/** What is stored of scans that their sender names, by their keys. */
export async function selectNamedScans(
  db: Queryable,
  waybillId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredScan>> {
  if (keys.length === 0) return new Map();
  const { rows } = await db.query<StoredScan>(
    `select event_key as key, ${isoTime('event_time')} as time, raw_status as "rawStatus"
       from waybell.platform_express_events
      where waybill_id = $1 and event_key = any ($2)`,
    [waybillId, keys],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/** Where scans come from. */
export interface ScanOrigin {
  readonly waybillId: string;
  readonly workflowId: string;
  readonly source: string;
  /** They were all weighed when they came: what is told of them is what their words mean now. */
  readonly reread: boolean;
}

/** A scan that is stored now, or says something else now. */
export interface ChangedScan {
  readonly status: string | null;
  readonly isNew: boolean;
}

/** A known scan in a newer version. Another text alone is none: texts are written beside. */
const IS_NEWER = `excluded.status is not null
        and (known.status is null or known.source = excluded.source and known.status <> excluded.status)`;
/** The same word, in clear or as its digest: one that the shop has mapped since comes in clear. */
const SAME_WORD = `${inDigestForm('known.raw_status')} = ${inDigestForm('excluded.raw_status')}`;
/** The same version, whose word means something else now: also nothing any more. */
const SAME_SCAN = `known.source = excluded.source and ${SAME_WORD}`;

/** An update that is read again. */
export interface RereadUpdate {
  readonly workflowId: string;
  /** The deliveries of its parcel that it became when it came. */
  readonly cameAs: readonly string[];
  readonly source: string;
  readonly scans: readonly Pick<ShipmentEvent, 'key' | 'time' | 'status' | 'rawStatus'>[];
}

/** What is stored about an update that is read again. */
export interface RereadFacts {
  /** It was weighed when it came; only its words may say something new. */
  readonly weighed: boolean;
  /** Words of it mean something else now than what is stored of its scans. */
  readonly rewrites: boolean;
  /** The number of the newest decision about its parcel, where its workflow id stands for a decision already. */
  readonly decidedBefore: string | null;
}

/** Compares an update that is read again with what is stored of it. */
export async function selectRereadFacts(
  db: Queryable,
  { workflowId, cameAs, source, scans }: RereadUpdate,
): Promise<RereadFacts> {
  const { rows } = await db.query<RereadFacts>(
    `with parcel as (
       select waybill_id from waybell.express_updates where workflow_id = any ($2) limit 1)
     select exists (select from parcel) as weighed,
            exists (select from parcel
                      join waybell.platform_express_events known using (waybill_id)
                      join jsonb_to_recordset($4::jsonb)
                             as excluded(key text, time timestamptz, status text, "timeText" text, raw_status text)
                        on known.event_key in (excluded.key, excluded.key || '@' || excluded."timeText")
                     where known.event_time = excluded.time and known.source = $3
                       and ${SAME_WORD}
                       and known.status is distinct from excluded.status) as rewrites,
            (select max(seq)::text from waybell.express_updates newest
              where newest.waybill_id = (select waybill_id from parcel)
                and exists (select from waybell.express_updates where workflow_id = $1)) as "decidedBefore"`,
    [
      workflowId,
      cameAs,
      source,
      JSON.stringify(
        scans.map(({ key, time, status, rawStatus }) => ({
          ...{ key, time, status, timeText: time, raw_status: rawStatus },
        })),
      ),
    ],
  );
  return rows[0] ?? { weighed: false, rewrites: false, decidedBefore: null };
}

/**
 * Stores the scans that are new, and the new version of a known one: its sender has corrected it, or a newer table
 * knows its word now. A word that nobody knows takes the place of none. Of scans that are read again only the word
 * counts: their sender may have corrected them since. A text that an earlier release stored in the row stays there until
 * `retention` moves it.
 */
export async function insertEvents(
  db: Queryable,
  { waybillId, workflowId, source, reread }: ScanOrigin,
  events: readonly (ShipmentEvent & { instance: number })[],
): Promise<ChangedScan[]> {
  const { rows } = await db.query<ChangedScan>(
    `insert into waybell.platform_express_events as known
       (waybill_id, workflow_id, source, instance, event_key, event_time, status, raw_status, reading, event_text_safe)
     select $1, $2, $3, e.instance, e.key, e.time, e.status, e."rawStatus", e.reading, ''
       from jsonb_to_recordset($4::jsonb)
         as e(instance int, key text, time timestamptz, status text, "rawStatus" text, reading text)
      -- The order of arrival, in which a word about silence comes after the scans that it was said with.
      order by e.status is not distinct from 'expired'
     on conflict (waybill_id, event_key) do update
        set status = excluded.status, raw_status = excluded.raw_status, reading = excluded.reading
      where case when $5 then ${SAME_SCAN} and known.status is distinct from excluded.status
                 else ${IS_NEWER} end
     -- A row that was there has been locked by this statement.
     returning status, xmax = 0 as "isNew"`,
    [waybillId, workflowId, source, JSON.stringify(events), reread],
  );
  return rows;
}
