import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing new for so long: what is waited for has stopped. Far beyond the longest pause of anything that works. */
const QUIET_MS = 120_000;
/** How often it is asked how far it is. */
const LOOK_MS = 100;

/** @throws {Error} which says what was waited for, when it takes longer */
export async function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(late);
  }
}

/** Waits until so many are counted. @throws {Error} which says of whom, when for two minutes there is none more */
export async function untilCounted(what: string, goal: number, count: () => Promise<number>): Promise<void> {
  let [most, movedAt] = [-1, performance.now()];
  for (;;) {
    const counted = await within(QUIET_MS, what, count());
    if (counted >= goal) return;
    if (counted > most) [most, movedAt] = [counted, performance.now()];
    if (performance.now() - movedAt > QUIET_MS) {
      throw new Error(`${what}: ${counted} of ${goal}, and none more for ${QUIET_MS / 1_000} s`);
    }
    await sleep(LOOK_MS);
  }
}
