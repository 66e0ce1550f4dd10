import type { CurrentStatus } from './current-status';
import { MAY_FOLLOW } from './may-follow';
import type { ShipmentStatus } from './status';

export const VERDICTS = ['announce', 'nothing-new', 'stale', 'unknown-status'] as const;
/**
 * What an update is good for: `announce` a status; `nothing-new`: every scan was known; `stale`: new scans
 * that move nothing; `unknown-status`: scans in words that we do not know, kept and flagged.
 */
export type Verdict = (typeof VERDICTS)[number];

/** What people were told last about this parcel. */
export interface LastTold {
  readonly status: ShipmentStatus;
  /** Whether Waybell told it: then every scan that moved it was weighed already. */
  readonly byUs: boolean;
  /** Time of the newest scan that any earlier decision had seen; `null` when there was none. */
  readonly latestAt: string | null;
}

/** How often a status of a parcel was told so far, and the newest scan that said it then. */
export interface Occurrences {
  readonly count: number;
  readonly latestAt: string | null;
}

export const NEVER_TOLD: Occurrences = { count: 0, latestAt: null };

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
  return status === null ? null : { status, byUs: own.told !== null, latestAt: own.latestAt };
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
  before: Occurrences,
): Verdict {
  if (added.known + added.unknown === 0) return 'nothing-new';
  if (added.known === 0 || current === null) return 'unknown-status';
  if (told === null) return 'announce';
  return isProved(current, told) && !isRepeated(current, told, before) ? 'announce' : 'stale';
}

function isProved(current: CurrentStatus, told: LastTold): boolean {
  const proof = MAY_FOLLOW[told.status][current.status];
  if (current.status !== told.status && (told.byUs || proof === 'yes')) return true;
  if (proof === 'no') return false;
  // What we have not seen ourselves cannot be told from an older scan that came late.
  return told.latestAt !== null && current.enteredAt > told.latestAt;
}

/**
 * A late scan may take back what was told last: what stands then was told before, unless silence was told since.
 * Silence itself has no time that could be compared: it stands because it was said just now.
 */
function isRepeated(current: CurrentStatus, told: LastTold, { latestAt }: Occurrences): boolean {
  if (told.status === 'expired' || current.status === 'expired') return false;
  return latestAt !== null && current.enteredAt <= latestAt;
}
