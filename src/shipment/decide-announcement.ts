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
  /** Time of the newest scan that any earlier decision had seen. */
  readonly latestAt: string;
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
  return current.enteredAt > told.latestAt ? 'announce' : 'stale';
}

function isBehind(status: ShipmentStatus, told: ShipmentStatus): boolean {
  const phase = PHASE_OF_STATUS[status];
  const toldPhase = PHASE_OF_STATUS[told];
  return phase !== null && toldPhase !== null && phase < toldPhase;
}
