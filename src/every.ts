import { setTimeout as delay } from 'node:timers/promises';

/** Work that is done again and again until it is stopped. */
export interface Repeated {
  /** Waits for the work that is under way. */
  stop(): Promise<void>;
}

/** Does something at once, and again so many milliseconds after it has ended. It must not reject. */
export function every(intervalMs: number, work: (stopped: AbortSignal) => Promise<void>): Repeated {
  const stopped = new AbortController();

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await work(stopped.signal);
      await delay(intervalMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
