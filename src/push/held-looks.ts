/**
 * How many held pushes of a provider look again in a second, in one process. A look costs 4 to 7 ms of a core, so
 * this is what waiting costs however many wait; and it is the rate at which they go once they may.
 */
export const LOOKS_PER_SECOND = 3;

/** Nobody looks more seldom: where so many wait that their turn comes later, they look more often; milliseconds. */
export const LONGEST_LOOK_MS = 10 * 60_000;

/**
 * Deals out the times at which held pushes look whether they may go: each gets the next free place behind all others
 * of its provider, or any within ten minutes when all those are taken. Nothing is to be remembered: Temporal keeps
 * the timers, and a new process deals out anew.
 * @param shortestMs how soon a push looks again where few wait; milliseconds
 * @returns for a provider, in how many milliseconds the push that asks shall look
 */
export function createHeldLooks(shortestMs: number, now = Date.now): (provider: string) => number {
  const lastPlace = new Map<string, number>();
  return (provider) => {
    const begin = now();
    const place = Math.max(begin + shortestMs, (lastPlace.get(provider) ?? 0) + 1_000 / LOOKS_PER_SECOND);
    if (place > begin + Math.max(shortestMs, LONGEST_LOOK_MS))
      return shortestMs + Math.random() * (LONGEST_LOOK_MS - shortestMs);
    lastPlace.set(provider, place);
    return place - begin;
  };
}
