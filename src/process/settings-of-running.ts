import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { sharedSettings, takeSharedSettings, type SharedSettings } from '../config/shared-settings';
import { findRunning, processFiles, type Role } from './locks';

const stored = z.record(z.string(), z.string());

/**
 * Writes into `dataDir` where this process is found, for as long as it runs.
 * @returns what takes it away again
 */
export async function leaveSettings(dataDir: string, role: Role): Promise<() => Promise<void>> {
  const { settings: file } = processFiles(dataDir, role);
  await writeFile(file, JSON.stringify(sharedSettings()), { mode: 0o600 });
  return () => rm(file, { force: true });
}

/** Takes over what the Waybell that runs in `dataDir` has left of its settings, where this terminal says nothing. */
export async function takeSettingsOfRunning(dataDir: string, environment?: NodeJS.ProcessEnv): Promise<void> {
  for (const { role } of await findRunning(dataDir)) {
    takeSharedSettings(await readLeft(processFiles(dataDir, role).settings), environment);
  }
}

/** Nothing, where it is of an earlier version, or not ours to read: then this terminal's own settings hold. */
async function readLeft(file: string): Promise<SharedSettings> {
  try {
    return stored.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return {};
  }
}
