import { readFile, stat } from 'node:fs/promises';
import { isAlive } from '../process-identity';
import { processFiles, ROLES, type Role } from '../process/locks';

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
export function nameOf({ pid, role }: Pick<RunningProcess, 'pid' | 'role'>): string {
  return role === 'all' ? `process ${pid}` : `process ${pid} (--only ${role})`;
}
