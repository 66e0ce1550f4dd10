import { cancellationSignal } from '@temporalio/activity';
import type { Logger } from 'pino';

/** Steps of one run, each of which stands for itself. */
export interface Attempts {
  /** Does one of the steps; where it fails, the log says so, and the next one has its turn. */
  readonly attempt: (step: () => Promise<unknown>) => Promise<void>;
  /** @throws what failed first, so that the run is tried again */
  readonly end: () => void;
}

/** @param words what the log says of a step that failed */
export function attempts(log: Logger, words: string): Attempts {
  const failed: unknown[] = [];
  return {
    async attempt(step) {
      try {
        await step();
      } catch (error) {
        // Nobody waits for the rest.
        if (cancellationSignal().aborted) throw error;
        log.warn({ err: error }, words);
        failed.push(error);
      }
    },
    end() {
      if (failed.length > 0) throw failed[0];
    },
  };
}
