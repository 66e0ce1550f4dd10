/** Something that was started, and must be stopped before what was started earlier. */
export interface Running {
  readonly name: string;
  readonly stop: () => Promise<unknown>;
  /** Settles when it ends, asked or not, with a sentence about it. */
  readonly ended?: Promise<string>;
}

/** Knows everything that runs: stops it in the order that loses nothing, and hears when a part of it ends. */
export interface Supervisor {
  add(running: Running): void;
  /** Aborts when something ends though nobody asked it to; the reason says what. */
  readonly crash: AbortSignal;
  /** Stops everything, the latest first. What cannot be stopped is reported and does not hold up the rest. */
  stopAll(report: (problem: string) => void): Promise<void>;
}

export function createSupervisor(): Supervisor {
  const everything: Running[] = [];
  const crash = new AbortController();
  let stopping = false;

  return {
    crash: crash.signal,
    add(running) {
      everything.push(running);
      void running.ended?.then((sentence) => {
        if (!stopping) crash.abort(new Error(sentence));
      });
    },
    async stopAll(report) {
      stopping = true;
      for (const { name, stop } of everything.splice(0).reverse()) {
        await stop().catch((error: unknown) => report(`${name} did not stop well: ${String(error)}`));
      }
    },
  };
}
