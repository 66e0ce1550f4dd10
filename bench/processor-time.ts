import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { treeOf } from './process-tree';

/** The unit of `/proc/<pid>/stat`, on every Linux that Node.js runs on; milliseconds. */
const TICK_MS = 10;

/** What a process takes of one core in the time that comes; percent. Linux only. */
export async function processorShare(pid: number, forMs: number): Promise<number> {
  const [startedAt, before] = [performance.now(), await processorMs(pid)];
  await sleep(forMs);
  return (100 * ((await processorMs(pid)) - before)) / (performance.now() - startedAt);
}

/** What a process and everything that it has started took of the processor so far; milliseconds. Linux only. */
export async function processorMsOfTree(root: number): Promise<number> {
  // Who ends in between has taken little.
  const each = (await treeOf(root)).map((pid) => processorMs(pid).catch(() => 0));
  return (await Promise.all(each)).reduce((sum, ms) => sum + ms, 0);
}

/** What a process took of the processor so far; milliseconds. Linux only. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, the command, may hold spaces and brackets; of those behind it, the 12th and 13th are the times.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
