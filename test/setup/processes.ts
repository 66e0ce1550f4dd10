import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The first look comes after the least, and then ever fewer: who waits long should cost the machine little. */
const LOOKS = { leastMs: 25, mostMs: 250, ofTheWait: 0.1 };

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly session: string;
  readonly command: string;
}

/** Everything that runs on this machine: from /proc, as slim containers have no ps, or from the ps that others have. */
export function listProcesses(): RunningProcess[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,sess=,args=']).toString().split('\n');
    return lines.map((line) => {
      const [pid, parent, session = '', ...command] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), session, command: command.join(' ') };
    });
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const [state = 'Z', parent, , session = ''] = statOf(pid);
    if (state === 'Z') return [];
    const command = readProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
    return { pid: Number(pid), parent: Number(parent), session, command };
  });
}

/** Whether a process does anything: one that has ended and only waits for its parent to notice does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || (statOf(pid)[0] ?? 'Z') !== 'Z';
}

/** State, parent, process group, session, …: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number | string): string[] {
  const stat = readProc(pid, 'stat');
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Empty when the process has ended while we look. */
function readProc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** How long to wait for the next look, when one has waited for so long; milliseconds. */
export const untilNextLook = (waitedMs: number): number =>
  Math.min(LOOKS.mostMs, Math.max(LOOKS.leastMs, waitedMs * LOOKS.ofTheWait));

/** Waits until `condition` holds; fails when that takes too long. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const began = Date.now();
  while (!(await condition())) {
    const waited = Date.now() - began;
    if (waited > withinMs) throw new Error(`not so within ${withinMs} ms: ${condition.toString()}`);
    await sleep(untilNextLook(waited));
  }
}
