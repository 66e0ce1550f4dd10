import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { within } from './patience';

/** A Node.js process of the bench's own code. */
export function forkOwn(script: string, env: Record<string, string>): ChildProcess {
  return fork(path.join(__dirname, `${script}.js`), { env, execArgv: [] });
}

/** Far beyond the time that a process takes to load its code and to connect. */
const READY_TIMEOUT_MS = 60_000;

/** Waits for the first word of a process. */
export async function readyFork(script: string, child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended`)));
  ended.catch(() => undefined);
  await within(READY_TIMEOUT_MS, `${script} is not ready`, Promise.race([once(child, 'message'), ended]));
}

/** What has written nothing of its own needs no time to end, and Temporal's SDK takes SIGTERM for its workers alone. */
export async function endForked(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Ends what has something to write before it goes, and does not wait for it for ever. */
export async function endInTime(
  child: ChildProcess,
  exited: Promise<unknown>,
  mostMs: number,
): Promise<void> {
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), mostMs);
  await exited;
  clearTimeout(killer);
}

/** Ends this process with the bench, however the bench ends. */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit());
}

/** What the one that forked this process tells it. */
export function setting(
  name:
    | 'CLOUD_FUNC_URL'
    | 'DATABASE_URL'
    | 'FIRST_POLL_AT'
    | 'PORT'
    | 'TASK_QUEUE'
    | 'TEMPORAL_ADDRESS'
    | 'WORKFLOW',
): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
