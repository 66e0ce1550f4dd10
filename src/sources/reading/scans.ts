import type { ShipmentEvent } from '../../shipment/update';

/** What one delivery may carry of one waybill. The longest real histories have below 200 scans. */
const MAX_SCANS = 500;
/** Their JSON; bytes. Below what Temporal takes as input, 256 KB, with room for the rest of it. */
const MAX_BYTES = 200 * 1024;

/** The newest scans that one delivery can carry, in the order given. */
export function boundScans(events: readonly ShipmentEvent[]): readonly ShipmentEvent[] {
  const newestFirst = [...events].sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  const kept = new Set<ShipmentEvent>();
  let bytes = 0;
  for (const event of newestFirst.slice(0, MAX_SCANS)) {
    bytes += Buffer.byteLength(JSON.stringify(event));
    if (bytes > MAX_BYTES) break;
    kept.add(event);
  }
  return kept.size === events.length ? events : events.filter((event) => kept.has(event));
}
