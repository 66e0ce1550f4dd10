import type { CurrentStatus } from './current-status';
import { PHASE_OF_STATUS, type ShipmentStatus } from './status';

export const VERDICTS = ['announce', 'nothing-new', 'stale', 'unknown-status'] as const;
/**
 * What an update is good for: `announce` a status; `nothing-new`: every scan was known; `stale`: new scans
 * that move nothing; `unknown-status`: scans in words that we do not know, kept and flagged.
 */
export type Verdict = (typeof VERDICTS)[number];

/** What people were told last about this parcel. */
export interface LastTold {
  readonly status: ShipmentStatus;
  /** Time of the newest scan that any earlier decision had seen; `null` when somebody else told them. */
  readonly latestAt: string | null;
}

/** What Waybell itself has told and seen of a parcel. */
export interface OwnRecord {
  readonly told: ShipmentStatus | null;
  readonly latestAt: string | null;
  /** Whether Waybell knows an earlier parcel under the same number. */
  readonly numberUsedBefore: boolean;
}

/**
 * Finds what people were told last. A parcel of which Waybell told nothing yet, but whose row holds a status, was
 * somebody else's so far: people know that status. After the first decision of ours, its scans count as seen.
 * @param stored the status in the shop's row
 */
export function lastTold(own: OwnRecord, stored: ShipmentStatus | null): LastTold | null {
  const status = own.told ?? (own.numberUsedBefore ? null : stored);
  return status === null ? null : { status, latestAt: own.latestAt };
}

/** The scans of an update that were not stored before. */
export interface NewEvents {
  readonly known: number;
  readonly unknown: number;
}

/** Decides whether people hear of the status that the parcel has now. */
export function decideAnnouncement(
  added: NewEvents,
  current: CurrentStatus | null,
  told: LastTold | null,
): Verdict {
  if (added.known + added.unknown === 0) return 'nothing-new';
  if (added.known === 0 || current === null) return 'unknown-status';
  if (told === null) return 'announce';
  if (current.status !== told.status) return isBehind(current.status, told.status) ? 'stale' : 'announce';
  // The same word again is news only if something else happened in between: a second attempt.
  return told.latestAt !== null && current.enteredAt > told.latestAt ? 'announce' : 'stale';
}

function isBehind(status: ShipmentStatus, told: ShipmentStatus): boolean {
  const phase = PHASE_OF_STATUS[status];
  const toldPhase = PHASE_OF_STATUS[told];
  return phase !== null && toldPhase !== null && phase < toldPhase;
}
