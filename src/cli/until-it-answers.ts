import { setTimeout as delay } from 'node:timers/promises';
import type { BringUp } from '../process/bring-up';

/** How often a part that is away is asked again; milliseconds. */
const ASK_EVERY_MS = 1_000;

/**
 * Asks until an answer comes, however long that takes. Says once that it waits, and for what.
 * @throws what `ask` throws when that does not mean "not now"
 */
export async function untilItAnswers(
  { logs, signal }: Pick<BringUp, 'logs' | 'signal'>,
  what: string,
  ask: () => Promise<void>,
  isAway: (error: unknown) => boolean,
): Promise<void> {
  for (let told = false; ; told = true) {
    try {
      await ask();
      if (told) logs.progress(`${what} answers.`);
      return;
    } catch (error) {
      if (!isAway(error)) throw error;
      const words = error instanceof Error ? error.message : String(error);
      if (!told) logs.progress(`${what} does not answer (${words}); webhooks are taken meanwhile …`);
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}
