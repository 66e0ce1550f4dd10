import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The unit of `/proc/<pid>/stat`, on every Linux that Node.js runs on; milliseconds. */
const TICK_MS = 10;

/** What a process takes of one core in the time that comes; percent. Linux only. */
export async function processorShare(pid: number, forMs: number): Promise<number> {
  const [startedAt, before] = [performance.now(), await processorMs(pid)];
  await sleep(forMs);
  return (100 * ((await processorMs(pid)) - before)) / (performance.now() - startedAt);
}

async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, the command, may hold spaces and brackets; of those behind it, the 12th and 13th are the times.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
