import { createHash } from 'node:crypto';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '../../shipment/status';
import type { ShipmentEvent } from '../../shipment/update';
import type { StatusTable } from '../source';

/** The table of a sender that uses our words for statuses. */
export const OUR_WORDS: StatusTable = Object.fromEntries(SHIPMENT_STATUSES.map((status) => [status, status]));

/** The identity of a scan that brings no id of its own: what it says. */
export function contentKey(...said: readonly string[]): string {
  return `said:${createHash('sha256').update(JSON.stringify(said)).digest('hex')}`;
}

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
    // Without what later releases note of a scan: which scans are kept is part of the identity of the update.
    bytes += Buffer.byteLength(JSON.stringify({ ...event, unlisted: undefined }));
    if (bytes > MAX_BYTES) break;
    kept.add(event);
  }
  return kept.size === events.length ? events : events.filter((event) => kept.has(event));
}

/**
 * What a sender says of a waybill as a whole, as the newest scan of it. Some statuses have no scan: a parcel that
 * is no longer heard of, a state that came before its scan.
 * @param said its word and its text, as keys have them
 * @param scans those of the same snapshot
 * @returns `undefined` where the scans say it already, or it says nothing
 */
export function wholeScan(
  whole: ShipmentEvent,
  said: readonly [word: string, text: string],
  scans: readonly ShipmentEvent[],
): ShipmentEvent | undefined {
  if (whole.status === null && scans.length > 0) return undefined;
  const newest = scans.reduce<ShipmentEvent | undefined>(
    (a, b) => (a === undefined || b.time > a.time || (b.time === a.time && b.key > a.key) ? b : a),
    undefined,
  );
  const ofTheMoment = scans.filter(({ time }) => time === newest?.time).map(({ status }) => status);
  if (ofTheMoment.includes(whole.status) || farthestStatus(scans) === whole.status) return undefined;
  const justAfter = newest === undefined ? '' : new Date(Date.parse(newest.time) + 1).toISOString();
  return {
    ...whole,
    // Without the time, which may be that of sending: the same snapshot told again must be the same update.
    key: contentKey('whole', ...said, newest?.key ?? ''),
    time: whole.time > justAfter ? whole.time : justAfter,
  };
}

/** How far along a status is; -1 where it says nothing of that. */
const PHASES: Readonly<Record<ShipmentStatus, number>> = {
  info_received: 0,
  picked_up: 1,
  in_transit: 2,
  customs: 2,
  out_for_delivery: 3,
  available_for_pickup: 3,
  failed_attempt: 3,
  delivered: 4,
  returning: 5,
  returned: 6,
  exception: -1,
  expired: -1,
};
const SETTLED_PHASES = [PHASES.delivered, PHASES.returned];

/**
 * The latest scan of the farthest phase, or a problem after its beginning. What people are told follows a better rule
 * (`shipment/current-status.ts`); this one decides whether a snapshot has one scan more, which is part of its identity,
 * and so it stays as it is: the same request must be the same update after an upgrade.
 */
function farthestStatus(scans: readonly ShipmentEvent[]): ShipmentStatus | undefined {
  const known = scans.flatMap(({ time, status }) => (status === null ? [] : [{ time, status }]));
  const phase = Math.max(-1, ...known.map(({ status }) => PHASES[status]));
  const inPhase = known.filter(({ status }) => PHASES[status] === phase).map(({ time }) => time);
  const start = inPhase.sort()[0] ?? '';
  const rank = (status: ShipmentStatus): number =>
    PHASES[status] < 0 ? -1 : SHIPMENT_STATUSES.indexOf(status);
  return known
    .filter(({ time, status }) =>
      PHASES[status] < 0 ? !SETTLED_PHASES.includes(phase) && time >= start : PHASES[status] === phase,
    )
    .sort((a, b) => (a.time === b.time ? rank(a.status) - rank(b.status) : a.time < b.time ? -1 : 1))
    .at(-1)?.status;
}

/**
 * Finds the scan that the state of a whole waybill belongs to: the newest, in whatever order the history comes.
 * @param times as they are written, all by one sender
 * @param promised the order in which the sender says it writes; decides between scans of one second
 * @returns its index; -1 when there is no scan
 */
export function newestScan(times: readonly string[], promised: 'newest-first' | 'oldest-first'): number {
  const written = times.map((time) => time.trim().replaceAll('/', '-'));
  const [first = '', last = ''] = [written.at(0), written.at(-1)];
  const order = first === last ? promised : first > last ? 'newest-first' : 'oldest-first';
  const newest = written.reduce((a, b) => (a > b ? a : b), '');
  return order === 'newest-first' ? written.indexOf(newest) : written.lastIndexOf(newest);
}

export interface Word {
  /** The finest that is said. */
  readonly code: string;
  /** The coarsest. */
  readonly kind: string;
  /** All of them, from the finest to the coarsest. */
  readonly words: readonly string[];
  /** Absent where no table knows any of them. */
  readonly status?: ShipmentStatus | null;
}

/**
 * What a scan means that is described in several words, from the finest to the coarsest: what the finest says that
 * the table knows. A new word among known ones is nothing to complain of.
 */
export function finestWord(table: StatusTable, ...words: readonly string[]): Word {
  const said = words.filter((word) => word !== '');
  const word = { code: said.at(0) ?? '', kind: said.at(-1) ?? '', words: said };
  const known = said.find((one) => Object.hasOwn(table, one));
  return known === undefined ? word : { ...word, status: table[known] ?? null };
}
