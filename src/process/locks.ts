import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../make-folder';
import { identityOf, isAlive } from '../process-identity';
import type { Explanation } from '../shipment/explanation';
import { SpokenError } from '../spoken';

/** What one process does: everything, only take requests, or only deliver. */
export const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export function takesRequests(role: Role): boolean {
  return role !== 'worker';
}

export function delivers(role: Role): boolean {
  return role !== 'api';
}

export interface ProcessFiles {
  /** The lock: who runs, as an identity. */
  readonly pid: string;
  readonly log: string;
  /** Where it is found. */
  readonly settings: string;
  /** What a process in the background would have shown on its console. */
  readonly console: string;
}

/** The files of one process in DATA_DIR, apart for each role: an api and a worker may share the folder. */
export function processFiles(dataDir: string, role: Role): ProcessFiles {
  const name = role === 'all' ? 'waybell' : `waybell-${role}`;
  return {
    pid: path.join(dataDir, `${name}.pid`),
    log: path.join(dataDir, 'logs', `${name}.log`),
    settings: path.join(dataDir, `${name}.json`),
    console: path.join(dataDir, 'logs', `${name}-console.log`),
  };
}

/** A Waybell that runs, as its lock tells. */
export interface RunningProcess {
  readonly role: Role;
  readonly pid: number;
  readonly identity: string;
  readonly since: Date;
}

/** Who holds the locks of `dataDir`, leaving out processes that are gone, and our own. */
export async function findRunning(
  dataDir: string,
  roles: readonly Role[] = ROLES,
): Promise<RunningProcess[]> {
  const found = await Promise.all(roles.map((role) => holderOf(dataDir, role)));
  return found.filter((holder) => holder !== undefined);
}

async function holderOf(dataDir: string, role: Role): Promise<RunningProcess | undefined> {
  const { pid: file } = processFiles(dataDir, role);
  try {
    const [identity, { mtime }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    if (isAlive(identity)) return { role, pid: Number.parseInt(identity), identity, since: mtime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return undefined;
}

/** The process in words: `process 4711`, `process 4711 (--only worker)`. */
export function describeProcess({ pid, role }: Pick<RunningProcess, 'pid' | 'role'>): Explanation {
  if (role === 'all') return { en: `process ${pid}`, zh: `进程 ${pid}` };
  return { en: `process ${pid} (--only ${role})`, zh: `进程 ${pid}（--only ${role}）` };
}

/** What a command says that looks for a Waybell where none is. */
export const notRunning = (dataDir: string): Explanation => ({
  en: `Waybell does not run: nothing uses ${dataDir}.`,
  zh: `Waybell 没有运行：${dataDir} 没有被使用。`,
});

/** Two starts that clear the same stale lock at once: one of them gets it at the second try. */
const TRIES = 3;

/** Who may not run beside a role in one folder: one process that does everything needs nobody's help. */
const RIVALS = { all: ['api', 'worker'], api: ['all'], worker: ['all'] } as const satisfies Record<
  Role,
  Role[]
>;

/**
 * Makes this process the only one of its role that uses `dataDir`. The lock of a process that is gone is taken over.
 * @returns what gives the folder free again.
 * @throws {Error} naming the process that uses it.
 */
export async function lockDataDir(dataDir: string, role: Role): Promise<() => Promise<void>> {
  await makeFolder(dataDir);
  const unlock = await takeLock(dataDir, role);
  // After the own lock is taken: of two rivals that start at once, at least one sees the other.
  const [rival] = await findRunning(dataDir, RIVALS[role]);
  if (rival === undefined) return unlock;
  await unlock();
  throw inUse(dataDir, rival);
}

async function takeLock(dataDir: string, role: Role): Promise<() => Promise<void>> {
  const { pid: file } = processFiles(dataDir, role);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      await writeFile(file, identityOf(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [holder] = await findRunning(dataDir, [role]);
    if (holder) throw inUse(dataDir, holder);
    await rm(file, { force: true });
  }
  throw new SpokenError({
    en: `${file} cannot be taken: another Waybell starts at this moment.`,
    zh: `无法取得 ${file}：另一个 Waybell 正在启动。`,
  });
}

/** What a second start on the same folder is told. */
export function inUse(dataDir: string, holder: RunningProcess): Error {
  const { en, zh } = describeProcess(holder);
  return new SpokenError({
    en: `${dataDir} is used by another Waybell, ${en}: stop it (waybell stop), or set DATA_DIR.`,
    zh: `${dataDir} 正被另一个 Waybell 使用（${zh}）：请停止它（waybell stop），或设置 DATA_DIR。`,
  });
}
