import { deactivateDevice } from '../database/devices';
import {
  endHold,
  countOtherComplaints,
  DEACTIVATION_HELD,
  holdDeactivation,
  isMassDeactivation,
  openHold,
} from '../database/held';
import type { Queryable } from '../database/pool';
import { writePush } from '../database/pushes';
import type { PushAnswer } from '../push/provider';
import type { HoldCause } from '../shipment/device';

/** A complaint that may be about one device only holds a provider once so many devices brought it. */
const SUSPECTS = 3;

export interface AnsweredPush {
  readonly messageId: string;
  readonly deviceId: string;
  readonly provider: string;
  readonly triedAt: Date;
  /** This push was let through to see whether the provider takes pushes again. */
  readonly probing: boolean;
}

/** What an answer means for this push, once the other answers of its provider are looked at. */
export interface JudgedAnswer extends PushAnswer {
  /** Set when this push waits, with all others of its provider. */
  readonly heldBy?: HoldCause;
}

export const STATE_OF_CLASS = { accepted: 'accepted', deactivate: 'deactivated', fail: 'failed' } as const;

/**
 * Writes the answer of a provider and what follows from it, in the caller's transaction: the device is retired,
 * unless too many are called gone at once; the provider's pushes are held, or go again.
 */
export async function recordPushAnswer(
  db: Queryable,
  push: AnsweredPush,
  answer: PushAnswer,
): Promise<JudgedAnswer> {
  const judged = await judge(db, push, answer);
  const state = judged.class === 'retry' || judged.heldBy ? 'retry' : STATE_OF_CLASS[judged.class];
  await writePush(db, push, { ...judged, state });
  // Any other end of a probe tells of its own message or device; the next one comes in its time.
  if (push.probing && judged.class === 'accepted') await endHold(db, push.provider);
  return judged;
}

async function judge(db: Queryable, push: AnsweredPush, answer: PushAnswer): Promise<JudgedAnswer> {
  if (answer.class === 'deactivate') return judgeVerdict(db, push, answer);
  return answer.hold === undefined ? answer : judgeComplaint(db, push, answer, answer.hold);
}

async function judgeVerdict(db: Queryable, push: AnsweredPush, answer: PushAnswer): Promise<JudgedAnswer> {
  const { deviceId, provider, triedAt } = push;
  const { reason, words } = answer;
  if (await isMassDeactivation(db, provider)) {
    await holdDeactivation(db, { deviceId, provider, reason, words, triedAt });
    return { ...answer, class: 'fail', reason: DEACTIVATION_HELD };
  }
  await deactivateDevice(db, deviceId, reason, triedAt);
  return answer;
}

async function judgeComplaint(
  db: Queryable,
  { deviceId, provider }: AnsweredPush,
  answer: PushAnswer,
  cause: HoldCause,
): Promise<JudgedAnswer> {
  const { reason, words, definite } = answer;
  if (cause === 'suspect') {
    // The answer at hand is not written yet: it is one complaint more.
    const complaints = 1 + (await countOtherComplaints(db, { provider, deviceId, reason }));
    if (complaints < SUSPECTS) return answer;
  }
  await openHold(db, provider, { cause, words, probed: definite });
  return holdsPush(answer);
}

/**
 * A push that was refused for certain waits with the others. One that may have been taken, and then by everybody's
 * phone, ends, and its provider is not tried again before a person says so.
 */
export function holdsPush(answer: PushAnswer): JudgedAnswer {
  return answer.definite && answer.hold !== undefined ? { ...answer, heldBy: answer.hold } : answer;
}
