import { isRunByNpm } from '../config/config';

/** `npm start` and the terminal both deliver one Ctrl-C; a person who means two needs longer. */
const SAME_KEY_PRESS_MS = 1_000;

/** How often we look whether the shell of npm is still there. */
const PARENT_LOOK_MS = 500;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns the first request to stop into an abort, and a later one into `force`.
 * @param background the one who started us ends, and we stay
 * @returns the signal that aborts.
 */
export function listenToStopRequests(force: () => void, background: boolean): AbortSignal {
  const asked = new AbortController();
  let firstAt: number | undefined;
  for (const name of SIGNALS) {
    process.on(name, () => {
      firstAt ??= Date.now();
      if (!asked.signal.aborted) asked.abort(new StopRequested());
      else if (Date.now() - firstAt > SAME_KEY_PRESS_MS) force();
    });
  }
  if (isRunByNpm() && !background) whenParentEnds(() => asked.abort(new StopRequested()));
  return asked.signal;
}

function whenParentEnds(stop: () => void): void {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    stop();
  }, PARENT_LOOK_MS);
  look.unref();
}

/** Thrown by steps that a request to stop has ended early. */
export class StopRequested extends Error {
  constructor() {
    super('asked to stop');
    this.name = 'StopRequested';
  }
}
