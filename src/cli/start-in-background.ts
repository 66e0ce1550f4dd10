import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config/config';
import { inUse } from './data-dir-lock';
import { processFiles, type Role } from '../process/locks';
import { findRunning } from './running-processes';

const LOOK_INTERVAL_MS = 100;
/** Enough for what a start says between two looks; the rest comes with the next one. */
const READ_BYTES = 64 * 1024;

/**
 * `waybell start --detach`: starts a process of a session of its own, and shows its console until it is ready.
 * @returns the exit code: 0 when it is ready, 1 when it has ended before.
 */
export async function startInBackground(role: Role): Promise<number> {
  // What is wrong with the settings is said here; the process says the rest.
  const { dataDir } = loadConfig();
  const [running] = await findRunning(dataDir, [role]);
  if (running) throw inUse(dataDir, running);

  const { console: file } = processFiles(dataDir, role);
  mkdirSync(path.dirname(file), { recursive: true });
  const output = openSync(file, 'w+', 0o600);
  const child = fork(path.join(__dirname, 'main.js'), ['start', ...onlyOption(role), '--in-background'], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    execArgv: [],
  });
  // Who no longer wants to wait does not want it to start either.
  let takenBack = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      takenBack = true;
      child.kill();
    });
  }
  const ended = once(child, 'exit');
  if ((await followConsole(child, output)) && !takenBack) return 0;
  await ended;
  return 1;
}

function onlyOption(role: Role): string[] {
  return role === 'all' ? [] : ['--only', role];
}

/** Repeats what `child` writes into the file `output`, until it says that it is ready or has ended. */
async function followConsole(child: ChildProcess, output: number): Promise<boolean> {
  let ready: boolean | undefined;
  const settled = new AbortController();
  void Promise.race([once(child, 'message').then(() => true), once(child, 'exit').then(() => false)]).then(
    (outcome) => {
      ready = outcome;
      settled.abort();
    },
  );
  const buffer = Buffer.alloc(READ_BYTES);
  for (let position = 0; ;) {
    // Asked first: what was written before the end is shown before the end.
    const over = ready;
    const bytes = readSync(output, buffer, 0, buffer.length, position);
    process.stdout.write(buffer.subarray(0, bytes));
    position += bytes;
    if (bytes > 0) continue;
    if (over !== undefined) return over;
    await sleep(LOOK_INTERVAL_MS, undefined, { signal: settled.signal }).catch(() => undefined);
  }
}
