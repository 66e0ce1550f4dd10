import type { Verdict } from './decide-announcement';
import type { Attention, SendStatus } from './delivery';
import type { EndReason } from './end-reason';
import { TOO_OLD } from './news-age';
import { RENUMBERED } from './renumbered';
import { AUDIENCES } from './update';
import { WITHOUT_PUSH, type Withheld } from './who-is-told';

/** Accounts for what came in: nothing that was accepted may be gone, and nobody may be forgotten. */

/** Updates that stand in the database, and how often webhooks said them. */
export interface HeardUpdates {
  readonly verdict: Verdict;
  /** Decided before the time that the ledger begins at: what was heard since then is a repetition. */
  readonly before: boolean;
  readonly updates: number;
  readonly mentions: number;
}

/** Everything the first equation is made of. */
export interface UpdateFacts {
  readonly heard: readonly HeardUpdates[];
  /** Deliveries that no archived webhook names: started by a replay, or before there was an archive. */
  readonly elsewhere: readonly { readonly verdict: Verdict; readonly updates: number }[];
  /** Mentions of updates that have no row. */
  readonly unwritten: { readonly waiting: number; readonly notHandedOver: number; readonly repeated: number };
  /** Mentions of updates that are nowhere. */
  readonly lost: number;
}

/** accepted = duplicate + stale + decided + waiting + notHandedOver, unless updates were lost. */
export interface UpdateSums {
  readonly accepted: number;
  readonly duplicate: number;
  /** Stored, and moves nothing: old scans, and words that are not known. */
  readonly stale: number;
  readonly decided: number;
  /** Temporal has it, the database not yet. */
  readonly waiting: number;
  /** In the journal only. */
  readonly notHandedOver: number;
}

const TERM_OF_VERDICT = {
  announce: 'decided',
  'nothing-new': 'duplicate',
  stale: 'stale',
  'unknown-status': 'stale',
} as const satisfies Record<Verdict, keyof UpdateSums>;

export function sumUpdates({ heard, elsewhere, unwritten, lost }: UpdateFacts): UpdateSums {
  const { waiting, notHandedOver, repeated } = unwritten;
  const sums = {
    accepted: waiting + notHandedOver + repeated + lost,
    duplicate: repeated,
    stale: 0,
    decided: 0,
    waiting,
    notHandedOver,
  };
  for (const { verdict, before, updates, mentions } of heard) {
    sums.accepted += mentions;
    sums.duplicate += before ? mentions : mentions - updates;
    if (!before) sums[TERM_OF_VERDICT[verdict]] += updates;
  }
  for (const { verdict, updates } of elsewhere) {
    sums.accepted += updates;
    sums[TERM_OF_VERDICT[verdict]] += updates;
  }
  return sums;
}

/** What is known of one audience of a decided update. */
export interface AudienceState {
  readonly state: 'open' | 'closed';
  readonly outcome: string | null;
  /** How a delivery ended that nobody was told about. */
  readonly reason: EndReason | null;
  /** `null`: there is no notification for this audience. */
  readonly sendStatus: SendStatus | null;
  /** Whether the other audience has one: then the order is known, and names only that. */
  readonly otherTold: boolean;
  readonly accepted: boolean;
  /** Code of the last push that failed, or of what ended the notification. */
  readonly failure: string | null;
  /** Why this audience is told nothing although the order names it. */
  readonly withheld: Withheld | null;
  readonly attention: Attention | null;
}

export interface AudienceCount extends AudienceState {
  readonly audiences: number;
}

export type AudienceTerm = 'notified' | 'suppressed' | 'failed' | 'waiting';

/** decided x audiences = notified + suppressed + failed + waiting, each but the first by reason. */
export interface AudienceSums {
  readonly expected: number;
  readonly notified: number;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly waiting: Readonly<Record<string, number>>;
}

/** Where an audience is booked, and why; `null` when its rows contradict each other. */
export function bookAudience(state: AudienceState): readonly [term: AudienceTerm, reason: string] | null {
  const { sendStatus, accepted, otherTold, attention } = state;
  if (sendStatus === 'success' || sendStatus === 'partial') return accepted ? ['notified', sendStatus] : null;
  // Its row was deleted, and it had reached somebody.
  if (sendStatus === null && accepted) return ['notified', 'success'];
  if (sendStatus === null && state.withheld !== null) return ['suppressed', state.withheld];
  if (sendStatus === null && state.reason === 'notification-deleted') return ['suppressed', state.reason];
  if (sendStatus === null && otherTold) return ['suppressed', 'not-named'];
  // Nobody is named any more, or nobody has a phone by design, whatever the other audience still waits for.
  const isOver = sendStatus === 'superseded' || state.failure === WITHOUT_PUSH;
  if (isOver && state.failure !== null) return ['suppressed', state.failure];
  if (state.state === 'open') return ['waiting', attention ?? 'under-way'];
  if (sendStatus === null) return bookUntold(state);
  switch (sendStatus) {
    case 'superseded':
      return ['suppressed', state.reason === TOO_OLD.reason ? state.reason : 'superseded'];
    case 'no-targets':
      return ['suppressed', 'no-device'];
    case 'failed':
      return ['failed', state.failure ?? 'unknown'];
    case 'sending':
      return ['failed', state.reason ?? 'unknown'];
  }
}

/** A delivery that ended before anybody was to be told. */
function bookUntold({ outcome, reason }: AudienceState): readonly [AudienceTerm, string] | null {
  if (reason === TOO_OLD.reason || reason === RENUMBERED.reason || reason === 'history')
    return ['suppressed', reason];
  switch (outcome) {
    case 'superseded':
      return ['suppressed', 'superseded'];
    case 'no-targets':
      return ['suppressed', reason === 'nobody-named' ? 'not-named' : 'no-order'];
    case 'failed':
      return ['failed', reason ?? 'unknown'];
    default:
      return null;
  }
}

export function sumAudiences(decided: number, counts: readonly AudienceCount[]): AudienceSums {
  const sums = {
    expected: decided * AUDIENCES.length,
    notified: 0,
    suppressed: {} as Record<string, number>,
    failed: {} as Record<string, number>,
    waiting: {} as Record<string, number>,
  };
  for (const { audiences, ...state } of counts) {
    const booked = bookAudience(state);
    if (booked === null) continue;
    const [term, reason] = booked;
    if (term === 'notified') sums.notified += audiences;
    else sums[term][reason] = (sums[term][reason] ?? 0) + audiences;
  }
  return sums;
}

/** What is missing on the right side of each equation; 0 when it closes. */
export function gapsOf(updates: UpdateSums, audiences: AudienceSums): { updates: number; audiences: number } {
  const { accepted, duplicate, stale, decided, waiting, notHandedOver } = updates;
  const byReason = [audiences.suppressed, audiences.failed, audiences.waiting].flatMap(Object.values<number>);
  return {
    updates: accepted - duplicate - stale - decided - waiting - notHandedOver,
    audiences: audiences.expected - audiences.notified - byReason.reduce((sum, count) => sum + count, 0),
  };
}
