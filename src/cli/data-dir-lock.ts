import { mkdir, rm, writeFile } from 'node:fs/promises';
import { identityOf } from '../process-identity';
import { processFiles, type Role } from '../process/locks';
import { findRunning, nameOf, type RunningProcess } from './running-processes';

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
  await mkdir(dataDir, { recursive: true });
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
  throw new Error(`${file} cannot be taken: another Waybell starts at this moment.`);
}

/** What a second start on the same folder is told. */
export function inUse(dataDir: string, holder: RunningProcess): Error {
  return new Error(
    `${dataDir} is used by another Waybell, ${nameOf(holder)}: stop it (waybell stop), or set DATA_DIR.`,
  );
}
