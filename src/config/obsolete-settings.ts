import { readFileSync, statSync } from 'node:fs';

/**
 * Settings of the system that Waybell replaces, and what takes their place. `docs/migrating.md` says more about
 * each; a test holds the two equal.
 */
export const OBSOLETE_SETTINGS: Readonly<Record<string, string>> = {
  SUPA_URL: 'DATABASE_URL: Waybell connects to PostgreSQL itself, not through PostgREST',
  SUPA_KEY: 'the role and password in DATABASE_URL; apps use API_KEYS',
  SERVICE_ROLE_KEY: 'the role and password in DATABASE_URL; apps use API_KEYS',
  ANON_KEY: 'nothing: Waybell does not use the Data API',
  SUPA_USE_BEARER: 'nothing: no bearer token is sent to PostgreSQL',
  NOTIFY_WORKER_SUPA_USE_BEARER: 'nothing: no bearer token is sent to PostgreSQL',
  NOTIFY_WORKER_USE_RLS_SAFE_RPC:
    'a role in DATABASE_URL that row-level security does not bind; start-up checks it',
  NOTIFY_WORKER_RPC_TOKEN: 'a role in DATABASE_URL that row-level security does not bind; start-up checks it',
  JWT_SECRET: 'SUPABASE_JWT_SECRET, needed with DEVICE_REGISTRATION=jwt only',
  SUPA_JWT_ISSUER: 'the option --issuer of waybell keys generate',
  SUPA_JWT_AUD: 'the option --audience of waybell keys generate',
  CONFIG_FILE: 'environment variables: settings are not read from a file',
};

/** The old file held a dozen short values. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Names what is still set for the old system, in the environment and in the JSON file that CONFIG_FILE names.
 * Values are never part of an answer.
 * @param current the settings that Waybell has; in the file they have no effect
 */
export function describeObsoleteSettings(
  source: Readonly<Record<string, string | undefined>>,
  current: readonly string[],
): string[] {
  const set = Object.keys(OBSOLETE_SETTINGS).filter((name) => (source[name] ?? '') !== '');
  const lines = set.map((name) => `${name} is not used any more. In its place: ${OBSOLETE_SETTINGS[name]}.`);
  const { CONFIG_FILE: file } = source;
  return file ? [...lines, ...describeFile(file, current)] : lines;
}

function describeFile(file: string, current: readonly string[]): string[] {
  const names = namesIn(file);
  if (names === undefined) return ['The file that CONFIG_FILE names is not a JSON object that can be read.'];
  const where = 'in the file that CONFIG_FILE names';
  return names.flatMap((name) => {
    if (Object.hasOwn(OBSOLETE_SETTINGS, name)) {
      return `${name} ${where} is not used any more. In its place: ${OBSOLETE_SETTINGS[name]}.`;
    }
    return current.includes(name) ? `${name} ${where} has no effect: set it in the environment.` : [];
  });
}

function namesIn(file: string): string[] | undefined {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) return undefined;
    // Windows PowerShell writes a byte order mark, which JSON does not know.
    const settings: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings);
    return isObject ? Object.keys(settings) : undefined;
  } catch {
    return undefined;
  }
}
