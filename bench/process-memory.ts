import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { treeOf } from './process-tree';

/** Megabytes (10^6 bytes) of one process. */
export interface ProcessMemory {
  /** The name of its executable file. */
  readonly program: string;
  /** Its share: a page that n processes have in common counts 1/n. Shares add up to what the machine really gives. */
  readonly pss: number;
  /** What `top` shows: counts common pages in full for each process, so a sum is too high. */
  readonly rss: number;
}

/** The memory of a process and of everything it has started. Linux only: others do not tell shares. */
export async function memoryOfTree(root: number): Promise<ProcessMemory[]> {
  return Promise.all((await treeOf(root)).map(memoryOf));
}

export function sum(processes: readonly ProcessMemory[], kind: 'pss' | 'rss'): number {
  return processes.reduce((total, one) => total + one[kind], 0);
}

/** The name of the executable file that a process runs. */
export async function programOf(pid: number): Promise<string> {
  return path.basename(await readlink(`/proc/${pid}/exe`));
}

async function memoryOf(pid: number): Promise<ProcessMemory> {
  const [rollup, program] = await Promise.all([
    readFile(`/proc/${pid}/smaps_rollup`, 'utf8'),
    programOf(pid),
  ]);
  const megabytes = (name: string): number => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1];
    if (kibibytes === undefined) throw new Error(`no ${name} of process ${pid}`);
    return (Number(kibibytes) * 1_024) / 1e6;
  };
  return { program, pss: megabytes('Pss'), rss: megabytes('Rss') };
}
