import { readFileSync } from 'node:fs';

/**
 * Names a process so that it is recognised later: its number and, where /proc tells it, when it began in clock
 * ticks since boot. Numbers alone are used again.
 */
export function identityOf(pid: number): string {
  return `${pid} ${readStat(pid).birth}`.trim();
}

/** Whether the process of this identity still runs. Anything that is not an identity does not. */
export function isAlive(identity: string): boolean {
  const [pid = '', birth = ''] = identity.trim().split(' ');
  // Inside a container every first process is number 1: the one that ended before this one was too.
  if (!/^[1-9]\d*$/.test(pid) || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const { state, birth: birthNow } = readStat(Number(pid));
  // A zombie uses nothing: it only waits for its parent to look.
  return state !== 'Z' && (birth === '' || birth === birthNow);
}

/** Fields 3 and 22 of /proc/<pid>/stat; the second, the command, may contain spaces and brackets. */
function readStat(pid: number): { state: string; birth: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', birth: fields[19] ?? '' };
  } catch {
    return { state: '', birth: '' };
  }
}
