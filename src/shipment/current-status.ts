import { PHASE_OF_STATUS, SHIPMENT_STATUSES, type ShipmentStatus } from './status';

/** What the decision needs of a stored scan. */
export interface DatedStatus {
  /** ISO 8601 in UTC with milliseconds: sorts as text. */
  readonly time: string;
  readonly status: ShipmentStatus | null;
}

export interface CurrentStatus {
  readonly status: ShipmentStatus;
  /** Time of the first scan of the unbroken run of this status. */
  readonly enteredAt: string;
  /** Time of the newest scan of that run. */
  readonly latestAt: string;
}

/** Phases that only a later phase can follow: a problem scanned after the hand-over changes nothing. */
const SETTLED_PHASES = [PHASE_OF_STATUS.delivered, PHASE_OF_STATUS.returned];

type Known = { time: string; status: ShipmentStatus };

function byTimeThenRank(a: Known, b: Known): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  // Scans of the same second: a problem first, so that the scan which says where the parcel is wins.
  const rank = ({ status }: Known): number =>
    PHASE_OF_STATUS[status] === null ? -1 : SHIPMENT_STATUSES.indexOf(status);
  return rank(a) - rank(b);
}

/**
 * Computes the status from the set of scans, so that the order of arrival never matters: the farthest phase
 * that any scan proves, and inside it the latest scan.
 * @returns `null` when no scan has a status that we know.
 */
export function currentStatus(events: readonly DatedStatus[]): CurrentStatus | null {
  const known = events.filter((event): event is Known => event.status !== null);
  const phase = Math.max(-1, ...known.map(({ status }) => PHASE_OF_STATUS[status] ?? -1));
  const inPhase = known.filter(({ status }) => PHASE_OF_STATUS[status] === phase);
  const phaseStart = inPhase.map(({ time }) => time).sort()[0] ?? '';

  const run = known
    .filter(({ status, time }) => {
      const own = PHASE_OF_STATUS[status];
      if (own !== null) return own === phase;
      return !SETTLED_PHASES.includes(phase) && time >= phaseStart;
    })
    .sort(byTimeThenRank);

  const last = run.at(-1);
  if (!last) return null;
  const before = run.findLastIndex(({ status }) => status !== last.status);
  return { status: last.status, enteredAt: run[before + 1]?.time ?? last.time, latestAt: last.time };
}
