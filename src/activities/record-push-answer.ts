import { deactivateDevice } from '../database/devices';
import {
  countComplainingOwners,
  DEACTIVATION_HELD,
  endHold,
  holdDeactivation,
  isMassDeactivation,
  openHold,
} from '../database/held';
import { leaveToCommit, type Queryable } from '../database/pool';
import { noteFailedRequest } from '../database/provider-failures';
import { writePush } from '../database/pushes';
import type { PushAnswer } from '../push/provider';
import { saysNothingOfProvider } from '../push/ruling';
import type { HoldCause } from '../shipment/device';

/** A complaint that may be about one person's devices only holds a provider once so many people's brought it. */
const WITNESSES = 3;
/** Tries of a push whose answers do not say what became of it: each may have been shown. */
const UNCLEAR_TRIES = 3;

export interface AnsweredPush {
  readonly messageId: string;
  readonly deviceId: string;
  readonly provider: string;
  readonly triedAt: Date;
  /** This push was let through to see whether the provider takes pushes again. */
  readonly probing: boolean;
  /** How often it was answered in this round without a word about what became of it, before this answer. */
  readonly unclear: number;
}

/** What an answer means for this push, once the other answers of its provider are looked at. */
export interface JudgedAnswer extends PushAnswer {
  /** Set when this push waits, with all others of its provider. */
  readonly heldBy?: HoldCause;
}

export const STATE_OF_CLASS = { accepted: 'accepted', deactivate: 'deactivated', fail: 'failed' } as const;

/**
 * Writes the answer of a provider and what follows from it, in the caller's transaction: the device is retired,
 * unless too many are called gone at once; the provider's pushes are held, or go again; it is down, or up again.
 */
export async function recordPushAnswer(
  db: Queryable,
  push: AnsweredPush,
  answer: PushAnswer,
): Promise<JudgedAnswer> {
  const judged = await judge(db, push, answer);
  const state = judged.class === 'retry' || judged.heldBy ? 'retry' : STATE_OF_CLASS[judged.class];
  // Any other end of a probe tells of its own message or device; the next one comes in its time. The hold goes before
  // the failures, as it comes before them: else two answers could wait for each other.
  if (push.probing && judged.class === 'accepted') await endHold(db, push.provider);
  const written = [writePush(db, push, { ...judged, state })];
  if (isFailedRequest(judged)) written.push(noteFailedRequest(db, push.provider, judged));
  await leaveToCommit(db, written);
  return judged;
}

/** Whether an answer is written by one statement: most are, and need no transaction around it. */
export const isOneStatement = ({ probing }: AnsweredPush, answer: PushAnswer): boolean =>
  answer.class === 'accepted' && !probing;

/** Whether a provider does not do what it is asked, and neither one message nor one person's devices are to blame. */
function isFailedRequest({ class: verdict, heldBy, unclear, reason }: JudgedAnswer): boolean {
  return heldBy !== undefined || unclear === true || (verdict === 'retry' && !saysNothingOfProvider(reason));
}

async function judge(db: Queryable, push: AnsweredPush, answer: PushAnswer): Promise<JudgedAnswer> {
  if (answer.class === 'deactivate') return judgeVerdict(db, push, answer);
  if (answer.unclear) return judgeUnclear(db, push, answer);
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
  push: AnsweredPush,
  answer: PushAnswer,
  cause: HoldCause,
): Promise<JudgedAnswer> {
  const { words, definite } = answer;
  if (cause === 'suspect' && !(await isEverybodys(db, push, answer))) return answer;
  await openHold(db, push.provider, { cause, words, probed: definite });
  return holdsPush(answer);
}

/** The push ends before a person gets the same message all day; others are not begun where everybody's end so. */
async function judgeUnclear(db: Queryable, push: AnsweredPush, answer: PushAnswer): Promise<JudgedAnswer> {
  if (push.unclear + 1 < UNCLEAR_TRIES) return answer;
  const { words } = answer;
  if (await isEverybodys(db, push, answer))
    await openHold(db, push.provider, { cause: 'unclear', words, probed: true });
  return { ...answer, class: 'fail' };
}

async function isEverybodys(
  db: Queryable,
  { provider, messageId }: AnsweredPush,
  { reason }: PushAnswer,
): Promise<boolean> {
  return (await countComplainingOwners(db, { provider, messageId, reason })) >= WITNESSES;
}

/**
 * A push that was refused for certain waits with the others. One that may have been taken, and then by everybody's
 * phone, ends, and its provider is not tried again before a person says so.
 */
export function holdsPush(answer: PushAnswer): JudgedAnswer {
  return answer.definite && answer.hold !== undefined ? { ...answer, heldBy: answer.hold } : answer;
}
