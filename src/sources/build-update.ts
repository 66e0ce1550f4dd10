import { maskText } from '../shipment/safe-text';
import type { ShipmentStatus } from '../shipment/status';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';
import { boundScans } from './bound-scans';
import { carrierField, plainText, trackingNoField } from './canonical';
import { readScanTime } from './event-time';
import type { Conditions, Flaw, Source, StatusTable } from './source';
import { contentKey } from './update-identity';

/** Longest text and place of one scan; characters. Real ones are below 200. */
const MAX_TEXT = 500;
/** Longest word for a status; characters. */
const MAX_CODE = 64;

/** One scan in the words of a source, as it was read, before anything is trusted. */
export interface SaidScan {
  /** As it is written; empty when there is none. */
  readonly time: string;
  /** Of its status table; empty when the scan has none. */
  readonly code: string;
  readonly text: string;
  readonly place?: string;
  /** The sender's id of this very scan, if it stays the same whenever the scan is told again. */
  readonly id?: string;
  /** What tells this scan from any other of its waybill, beside its time and text: never the time of sending. */
  readonly identity?: readonly string[];
  /** What the scan means, where the code alone does not say it. */
  readonly status?: ShipmentStatus | null;
}

/** What a source says about one waybill. */
export interface SaidWaybill {
  readonly carrier: string;
  readonly trackingNo: string;
  readonly scans: readonly SaidScan[];
  /** The state that the source gives the whole waybill. */
  readonly state?: string;
  /** The carrier under which the waybill was told before the source corrected itself. */
  readonly formerCarrier?: string;
}

export interface Rules {
  readonly source: Pick<Source, 'name' | 'statusTable'>;
  /** IANA zone of times without an offset. */
  readonly zone: string;
  readonly conditions: Conditions;
}

/** The update about one waybill, unless it has no usable number, and what was wrong with it. */
export interface Built {
  readonly update?: ShipmentUpdate;
  readonly flaws: readonly Flaw[];
}

/**
 * Turns what any source says about a waybill into a shipment update: canonical names, times in UTC, masked
 * texts, canonical statuses, every scan once. The only place where that is done.
 */
export function buildUpdate(said: SaidWaybill, { source, zone, conditions }: Rules): Built {
  const carrier = carrierField.safeParse(said.carrier);
  const trackingNo = trackingNoField.safeParse(said.trackingNo);
  if (!carrier.success || !trackingNo.success) {
    const where = plainText(`${said.carrier}/${said.trackingNo}`, MAX_CODE * 2);
    return { flaws: [{ code: 'row-unusable', where, message: 'no usable carrier and tracking number' }] };
  }
  const former = carrierField.safeParse(said.formerCarrier ?? '');
  const flaws: Flaw[] = [];
  const flaw = (code: Flaw['code'], message: string): void => {
    flaws.push({ code, where: trackingNo.data, message });
  };

  const dated = said.scans.map((scan) => {
    const read = readScanTime(scan.time, conditions.now, conditions.zone ?? zone);
    if ('problem' in read) flaw('time-unusable', `the time of a scan ${read.problem}`);
    return { scan, time: 'time' in read ? read.time : undefined };
  });
  // A scan without a time is put before those that have one, where it changes nothing.
  const fallback =
    dated
      .flatMap(({ time }) => time ?? [])
      .sort()
      .at(0) ?? new Date(conditions.now).toISOString();

  const events = new Map<string, ShipmentEvent>();
  for (const { scan, time } of dated) {
    const event = eventOf(scan, time, fallback, trackingNo.data, source.statusTable);
    if (scan.status === undefined && isUnknown(event.rawStatus, source.statusTable)) {
      flaw('status-unknown', `the status ${event.rawStatus} is in no table`);
    }
    const twin = events.get(event.key);
    if (twin === undefined || twin.status === null) events.set(event.key, event);
  }
  const kept = boundScans([...events.values()]);
  if (kept.length < events.size) flaw('scans-cut', `only the newest ${kept.length} of ${events.size} scans`);

  return {
    flaws,
    update: {
      source: source.name,
      carrier: carrier.data,
      trackingNo: trackingNo.data,
      events: kept,
      ...(said.state !== undefined && said.state !== '' && { state: plainText(said.state, MAX_CODE) }),
      ...(former.success && former.data !== carrier.data && { formerCarrier: former.data }),
    },
  };
}

function eventOf(
  scan: SaidScan,
  time: string | undefined,
  fallback: string,
  trackingNo: string,
  table: StatusTable,
): ShipmentEvent {
  const rawStatus = maskText(plainText(scan.code, MAX_CODE), trackingNo);
  const text = maskText(plainText(scan.text, MAX_TEXT), trackingNo);
  const place = maskText(plainText(scan.place ?? '', MAX_TEXT), trackingNo);
  return {
    // Over the masked text: a digest of a phone number can be searched back to the number.
    key: scan.id
      ? `id:${plainText(scan.id, MAX_TEXT)}`
      : contentKey(time ?? '', text, ...(scan.identity ?? [])),
    time: time ?? fallback,
    status: scan.status === undefined ? statusOf(rawStatus, table) : scan.status,
    rawStatus,
    text,
    ...(place !== '' && { place }),
  };
}

function statusOf(code: string, table: StatusTable): ShipmentStatus | null {
  return Object.hasOwn(table, code) ? (table[code] ?? null) : null;
}

function isUnknown(code: string, table: StatusTable): boolean {
  return code !== '' && !Object.hasOwn(table, code);
}
