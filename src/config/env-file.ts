import { statSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { SETTING_NAMES, SettingsError } from './config';
import { settingMeantBy } from './misspelt-settings';
import { OBSOLETE_SETTINGS } from './obsolete-settings';
import { SECRET_FILE_NAMES } from './secret-files';
import { SUPABASE_KEY_NAMES } from './supabase-keys';
import { whyNotTrusted } from './trusted-file';
import { readWrittenText } from './written-text';

const NAME = '.env';
/** Some dozens of short lines; a key may be among them. */
const MAX_BYTES = 1024 * 1024;

/** Variables of the libraries that speak to Temporal and PostgreSQL. */
const OF_LIBRARIES = /^(?:TEMPORAL|PG)[A-Z_]+$/;
const OURS = new Set([
  ...SETTING_NAMES,
  ...SECRET_FILE_NAMES,
  ...SUPABASE_KEY_NAMES,
  ...Object.keys(OBSOLETE_SETTINGS),
]);

/** What was taken from a file. */
export interface EnvFile {
  readonly file: string;
  /** The variables that it has set. */
  readonly taken: readonly string[];
}

/**
 * Sets in `environment` what the file `.env` of `folder` says of our settings. What the environment has already, it
 * keeps. Nothing else of the file is taken: what stands there of `PATH` or `NODE_OPTIONS` would reach every process
 * that we start.
 * @returns `undefined` without such a file
 * @throws {SettingsError} when the file is not to be trusted, or cannot be read
 */
export function takeEnvFile(folder = process.cwd(), environment = process.env): EnvFile | undefined {
  const file = path.join(folder, NAME);
  const stats = statSync(file, { throwIfNoEntry: false });
  // A folder of that name is what Python keeps its packages in.
  if (stats?.isFile() !== true) return undefined;
  const distrust = whyNotTrusted(file, environment);
  if (distrust !== undefined) throw notRead(file, distrust);
  const found = parseEnv(readText(file));
  const taken: string[] = [];
  for (const [name, value] of Object.entries(found)) {
    if (value === undefined || value === '' || !isOurs(name) || (environment[name] ?? '') !== '') continue;
    environment[name] = value;
    taken.push(name);
  }
  return { file, taken };
}

function readText(file: string): string {
  try {
    return readWrittenText(file, MAX_BYTES);
  } catch (error) {
    throw notRead(file, (error as Error).message);
  }
}

const notRead = (file: string, why: string): SettingsError => new SettingsError([`${file}: ${why}`]);

/** What is spelled wrongly is taken, so that it is told of. */
const isOurs = (name: string): boolean =>
  OURS.has(name) || OF_LIBRARIES.test(name) || settingMeantBy(name, SETTING_NAMES) !== undefined;
