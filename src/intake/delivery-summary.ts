import { DateTime } from 'luxon';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';

/** The limit of Temporal for a static summary. */
const MAX_SUMMARY_BYTES = 200;

/** Times are shown as the carriers print them. */
const ZONE = 'Asia/Shanghai';

export function newestEvent({ events }: ShipmentUpdate): ShipmentEvent | undefined {
  return events.reduce<ShipmentEvent | undefined>(
    (newest, event) => (newest === undefined || event.time >= newest.time ? event : newest),
    undefined,
  );
}

/** The one line that people read in the list of workflows. */
export function deliverySummary(update: ShipmentUpdate): string {
  const event = newestEvent(update);
  const news = event
    ? `${event.status ?? `unknown status ${event.rawStatus}`} at ${shanghaiTime(event.time)}`
    : 'no events';
  return cutToBytes(`${update.carrier} ${update.trackingNo}: ${news} (${update.source})`);
}

function shanghaiTime(iso: string): string {
  return DateTime.fromISO(iso, { zone: ZONE }).toFormat('yyyy-MM-dd HH:mm');
}

function cutToBytes(text: string): string {
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_SUMMARY_BYTES) break;
    cut += character;
  }
  return cut;
}
