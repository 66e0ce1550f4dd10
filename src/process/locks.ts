import path from 'node:path';

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
  /** What a process in the background would have shown on its console. */
  readonly console: string;
}

/** The files of one process in DATA_DIR, apart for each role: an api and a worker may share the folder. */
export function processFiles(dataDir: string, role: Role): ProcessFiles {
  const name = role === 'all' ? 'waybell' : `waybell-${role}`;
  return {
    pid: path.join(dataDir, `${name}.pid`),
    log: path.join(dataDir, 'logs', `${name}.log`),
    console: path.join(dataDir, 'logs', `${name}-console.log`),
  };
}
