import type { DatedStatus } from '../shipment/current-status';
import type { ParcelSpan } from '../shipment/parcel-instance';
import type { ShipmentEvent } from '../shipment/update';
import type { Queryable } from './pool';

/** ISO 8601 in UTC with milliseconds, as JavaScript writes it: sorts as text. */
const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
export const isoTime = (column: string): string => `to_char(${column} at time zone 'UTC', ${ISO})`;

/** The newest parcel under a number, by its scans. */
export async function selectNewestParcel(db: Queryable, waybillId: string): Promise<ParcelSpan | null> {
  const { rows } = await db.query<ParcelSpan>(
    `select instance, ${isoTime('min(event_time)')} as "firstAt", ${isoTime('max(event_time)')} as "lastAt"
       from waybell.platform_express_events
      where waybill_id = $1
      group by instance
      order by instance desc
      limit 1`,
    [waybillId],
  );
  return rows[0] ?? null;
}

/** Every scan of one parcel, as far as the status needs it. */
export async function selectParcelEvents(
  db: Queryable,
  waybillId: string,
  instance: number,
): Promise<DatedStatus[]> {
  const { rows } = await db.query<DatedStatus>(
    `select ${isoTime('event_time')} as time, status
       from waybell.platform_express_events
      where waybill_id = $1 and instance = $2`,
    [waybillId, instance],
  );
  return rows;
}

/**
 * Stores the scans that are new, and the status of a known scan that had none: a newer table knows its word now.
 * @returns the status of each of them
 */
export async function insertEvents(
  db: Queryable,
  origin: { waybillId: string; workflowId: string; source: string },
  events: readonly (ShipmentEvent & { instance: number })[],
): Promise<{ status: string | null }[]> {
  const { rows } = await db.query<{ status: string | null }>(
    `insert into waybell.platform_express_events
       (waybill_id, workflow_id, source, instance, event_key, event_time, status, raw_status, event_text_safe, place)
     select $1, $2, $3, e.instance, e.key, e.time, e.status, e."rawStatus", e.text, e.place
       from jsonb_to_recordset($4::jsonb)
         as e(instance int, key text, time timestamptz, status text, "rawStatus" text, text text, place text)
     on conflict (waybill_id, event_key) do update set status = excluded.status
      where platform_express_events.status is null and excluded.status is not null
     returning status`,
    [origin.waybillId, origin.workflowId, origin.source, JSON.stringify(events)],
  );
  return rows;
}
