import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { identityOf, isAlive } from '../process-identity';

/** Two starts that clear the same stale lock at once: one of them gets it at the second try. */
const TRIES = 3;

/**
 * Makes this process the only one that uses `dataDir`. The lock of a process that is gone is taken over.
 * @returns what gives the folder free again.
 * @throws {Error} naming the process that uses it.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = path.join(dataDir, 'waybell.pid');
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      await writeFile(file, identityOf(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (isAlive(holder)) {
      const [pid] = holder.split(' ');
      throw new Error(`${dataDir} is used by another Waybell, process ${pid}: stop it, or set DATA_DIR.`);
    }
    await rm(file, { force: true });
  }
  throw new Error(`${file} cannot be taken: another Waybell starts at this moment.`);
}
