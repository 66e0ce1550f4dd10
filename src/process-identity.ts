import { readFileSync } from 'node:fs';

/**
 * Names a process so that it is recognised later: its number and, where /proc tells it, when it began in clock
 * ticks since boot. Numbers alone are used again.
 */
export function identityOf(pid: number): string {
  return `${pid} ${birthOf(pid)}`.trim();
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
  return birth === '' || birth === birthOf(Number(pid));
}

/** Field 22 of /proc/<pid>/stat; the second, the command, may contain spaces and brackets. */
function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
