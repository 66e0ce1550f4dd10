import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  sharedSettings,
  takeSharedSettings,
  type SharedSettings,
  whyNotLedBy,
} from '../config/shared-settings';
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

/**
 * Takes over what the Waybell that runs in `dataDir` has left of its settings, where this terminal says nothing.
 * @returns a sentence for each file that is not taken
 */
export async function takeSettingsOfRunning(
  dataDir: string,
  environment?: NodeJS.ProcessEnv,
): Promise<string[]> {
  const running = await findRunning(dataDir);
  return running.flatMap(({ role }) => {
    const { settings: file } = processFiles(dataDir, role);
    const distrust = whyNotLedBy(file, environment);
    if (distrust !== undefined) return [`${file} is not read: ${distrust}. With DATA_DIR=${dataDir} it is.`];
    takeSharedSettings(readLeft(file), environment);
    return [];
  });
}

/** Nothing, where it is of an earlier version, or not ours to read: then this terminal's own settings hold. */
function readLeft(file: string): SharedSettings {
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
