import type { Cause, Telling } from '../database/alarms';

const MINUTE = 60_000;
/** Of one cause a robot is told once in this time, whatever becomes of the message. */
export const QUIET_MS = 10 * MINUTE;
/** The first try after a message that was certainly not taken, and twice as long before each next one. */
const FIRST_RETRY_MS = 30_000;
/** Six tries are a quarter of an hour of refusals, or an hour of silence; then doctor and metrics say it alone. */
export const MOST_TRIES = 6;

const momentOf = ({ beganAt, endedAt }: Cause): Date => endedAt ?? beganAt;
const isSame = (a: Pick<Telling, 'name' | 'subject'>, b: Pick<Telling, 'name' | 'subject'>): boolean =>
  a.name === b.name && a.subject === b.subject;

/** How often this beginning or end was tried. */
function triesOf(cause: Cause, told: Telling | undefined): number {
  return told?.about.getTime() === momentOf(cause).getTime() ? told.tries : 0;
}

/** Which causes a robot is to be told now: what it took last is not so any more, and its time has come. */
export function dueNow(causes: readonly Cause[], tellings: readonly Telling[], now: Date): Cause[] {
  return causes.filter((cause) => {
    const told = tellings.find((one) => isSame(one, cause));
    const isNews = (cause.endedAt === null) !== (told?.on ?? false);
    return isNews && (told === undefined || told.nextAt <= now) && triesOf(cause, told) < MOST_TRIES;
  });
}

/** What is written before a message leaves: whoever dies over it, nobody tells the cause again for a while. */
export function claimed(cause: Cause, tellings: readonly Telling[], now: Date): Telling {
  const told = tellings.find((one) => isSame(one, cause));
  return {
    ...{ name: cause.name, subject: cause.subject },
    on: told?.on ?? false,
    about: momentOf(cause),
    tries: triesOf(cause, told) + 1,
    nextAt: new Date(now.getTime() + QUIET_MS),
  };
}

/** What became of a message. `unclear`: it may be in the chat, so that it is not sent again soon. */
export type Verdict = 'taken' | 'refused' | 'unclear';

/**
 * What is written once a message has its answer.
 * @param pauseMs so long the robot wants to be left alone
 */
export function settled(claim: Telling, cause: Cause, verdict: Verdict, pauseMs = 0): Telling {
  if (verdict === 'taken') return { ...claim, on: cause.endedAt === null };
  if (verdict === 'unclear') return claim;
  const waitMs = Math.min(QUIET_MS, Math.max(pauseMs, FIRST_RETRY_MS * 2 ** (claim.tries - 1)));
  return { ...claim, nextAt: new Date(claim.nextAt.getTime() - QUIET_MS + waitMs) };
}
