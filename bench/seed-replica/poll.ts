import { setTimeout as sleep } from 'node:timers/promises';

/** What the old workers wait between two looks at their table. */
export const POLL_INTERVAL_MS = 2_000;

/**
 * Looks at `firstAt` (epoch milliseconds), then on a fixed beat; a look that takes longer delays the next. When the
 * process is asked to end, it finishes its look: a push whose row is not marked yet would be sent again.
 */
export async function poll(firstAt: number, look: () => Promise<void>): Promise<never> {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  for (let at = firstAt; ; at = Math.max(at + POLL_INTERVAL_MS, Date.now())) {
    await sleep(Math.max(at - Date.now(), 0), undefined, { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) process.exit();
    await look();
  }
}
