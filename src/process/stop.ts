import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../process-identity';
import { ROLES, type Role } from './locks';
import { findRunning, nameOf, type RunningProcess } from '../cli/running-processes';

/** Requests get 4 s on two ports, the worker 12 s, Temporal 10 s, PostgreSQL 20 s: 46 s at the longest. */
const PATIENCE_MS = 60_000;
const LOOK_INTERVAL_MS = 100;
const PROGRESS_INTERVAL_MS = 5_000;

const say = (line: string): void => console.log(line);

/**
 * `waybell stop`: asks what runs in `dataDir` to stop, and waits until it has.
 * @returns the exit code: 0 when nothing runs any more.
 */
export async function stop(
  dataDir: string,
  roles: readonly Role[] = ROLES,
  patienceMs = PATIENCE_MS,
): Promise<number> {
  const running = await findRunning(dataDir, roles);
  if (running.length === 0) {
    say(`Waybell does not run: nothing uses ${dataDir}.`);
    return 0;
  }
  const problems = await Promise.all(running.map((one) => end(one, patienceMs)));
  for (const problem of problems) if (problem !== undefined) say(problem);
  return problems.every((problem) => problem === undefined) ? 0 : 1;
}

/** @returns what is to be done by hand, if it does not end. */
async function end(one: RunningProcess, patienceMs: number): Promise<string | undefined> {
  say(`Stopping ${nameOf(one)} …`);
  try {
    process.kill(one.pid, 'SIGTERM');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM') return `${nameOf(one)} belongs to another user: stop it as that user.`;
    if (code !== 'ESRCH') throw error;
  }
  const started = Date.now();
  for (let told = started; isAlive(one.identity); await sleep(LOOK_INTERVAL_MS)) {
    const elapsed = Date.now() - started;
    if (elapsed > patienceMs) {
      return `${nameOf(one)} has not ended within ${patienceMs / 1000} s. "kill -9 ${one.pid}" ends it at once; nothing is lost, and deliveries go on at the next start.`;
    }
    if (Date.now() - told < PROGRESS_INTERVAL_MS) continue;
    told = Date.now();
    say(`Stopping ${nameOf(one)}: ${Math.round(elapsed / 1000)} s …`);
  }
  say(`Stopped ${nameOf(one)}.`);
  return undefined;
}
