import type { DatedStatus } from '../shipment/current-status';
import type { StoredScan } from '../shipment/scan-version';
import type { ParcelSpan } from '../shipment/parcel-instance';
import type { ShipmentEvent } from '../shipment/update';
import type { Queryable } from './pool';

/** ISO 8601 in UTC with milliseconds, as JavaScript writes it: sorts as text. */
const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
export const isoTime = (column: string): string => `to_char(${column} at time zone 'UTC', ${ISO})`;

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

/**
 * Stores the scans that are new, and the new version of a known one: its sender has corrected it, or a newer table
 * knows its word now. A word that nobody knows takes the place of none. Another text alone is no correction of a scan
 * whose text was deleted.
 * @returns the status of each of them
 */
export async function insertEvents(
  db: Queryable,
  origin: { waybillId: string; workflowId: string; source: string },
  events: readonly (ShipmentEvent & { instance: number })[],
): Promise<{ status: string | null }[]> {
  const { rows } = await db.query<{ status: string | null }>(
    `insert into waybell.platform_express_events as known
       (waybill_id, workflow_id, source, instance, event_key, event_time, status, raw_status, event_text_safe, place)
     select $1, $2, $3, e.instance, e.key, e.time, e.status, e."rawStatus", e.text, e.place
       from jsonb_to_recordset($4::jsonb)
         as e(instance int, key text, time timestamptz, status text, "rawStatus" text, text text, place text)
      -- The order of arrival, in which a word about silence comes after the scans that it was said with.
      order by e.status is not distinct from 'expired'
     on conflict (waybill_id, event_key) do update
        set status = excluded.status, raw_status = excluded.raw_status, event_text_safe = excluded.event_text_safe,
            place = excluded.place
      where excluded.status is not null
        and (known.status is null
             or known.source = excluded.source
                and (known.status <> excluded.status
                     or known.event_text_safe <> '' and known.event_text_safe <> excluded.event_text_safe))
     returning status`,
    [origin.waybillId, origin.workflowId, origin.source, JSON.stringify(events)],
  );
  return rows;
}
