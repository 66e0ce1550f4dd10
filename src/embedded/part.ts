import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { environmentOver } from '../config/surroundings';
import { PROJECT_ROOT } from '../project-root';

/** Compiled, since a forked process has no transpiler: tests too run it from `dist`. */
const WRAPPER = path.join(PROJECT_ROOT, 'dist/src/embedded/part-entry.js');

/** What the wrapper is told to run. */
export interface PartOrder {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that the server gets where our own environment has none of that name. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Where the server's identity is noted while it runs. */
  readonly serverFile: string;
  /** After a polite request to stop, the server is killed when this has passed. */
  readonly stopTimeoutMs: number;
  readonly uid?: number;
  readonly gid?: number;
}

export type PartReport =
  { readonly kind: 'running'; readonly pid: number } | { readonly kind: 'exited'; readonly how: string };

/** One embedded server that runs. */
export interface Part {
  readonly name: string;
  /** Of the server itself, not of its wrapper. */
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the server is gone, however that came about, with a sentence about it. Never rejects. */
  readonly exited: Promise<string>;
  /** Asks the server to stop and waits until it has. */
  stop(): Promise<void>;
}

/**
 * Starts an embedded server under a wrapper process of its own session: Ctrl-C in a terminal reaches Waybell only,
 * which then decides the order in which its parts stop.
 * @throws {Error} when the command cannot be run at all.
 */
export function startPart(name: string, order: PartOrder): Promise<Part> {
  mkdirSync(path.dirname(order.logFile), { recursive: true });
  const wrapper = fork(WRAPPER, {
    detached: true,
    // The server inherits it from its wrapper.
    env: environmentOver(order.environment ?? {}),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  let pid: number | undefined;
  let how: string | undefined;
  const running = new Promise<number>((resolve) => {
    wrapper.on('message', (report: PartReport) => {
      if (report.kind === 'exited') how = report.how;
      else resolve((pid = report.pid));
    });
  });
  // The channel closes behind its last message, which may come after the end of the process.
  const exited = Promise.all([once(wrapper, 'exit'), once(wrapper, 'disconnect')]).then(
    () => {
      if (how === undefined && pid !== undefined) endOrphan(pid);
      return `${name} has ended (${how ?? 'its wrapper was killed'}); its log is ${order.logFile}`;
    },
    (error: Error) => `${name} cannot be started: ${error.message}`,
  );
  wrapper.send(order);

  return Promise.race([
    running.then((serverPid) => ({
      name,
      pid: serverPid,
      logFile: order.logFile,
      exited,
      stop: async () => {
        // An error means that the wrapper is gone, and then so is the server.
        if (wrapper.connected) wrapper.send('stop', () => undefined);
        await exited;
      },
    })),
    exited.then((sentence) => {
      throw new Error(sentence);
    }),
  ]);
}

function endOrphan(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It is gone already.
  }
}
