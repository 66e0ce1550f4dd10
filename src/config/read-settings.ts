import type { z } from 'zod';
import { type GivenWithFiles, readSecretFiles } from './secret-files';
import { settingWords } from './setting-words';

/** The variables as they are written; none is empty. */
export type Given = Readonly<Record<string, string | undefined>>;

/** Thrown when at least one setting is wrong. `problems` names every one, and never shows a value. */
export class SettingsError extends Error {
  constructor(
    readonly problems: readonly string[],
    /** What is set and has no effect: often the reason why something is missing. */
    readonly idle: readonly string[] = [],
  ) {
    const lines = [...problems, ...idle].map((line) => `  - ${line}`);
    super(['Waybell cannot start with these settings:', ...lines].join('\n'));
    this.name = 'SettingsError';
  }
}

/**
 * What is set, in the environment and in the files that it names. An empty variable means "not set": compose files and
 * shells pass empty strings for missing ones.
 */
export function givenIn(source: NodeJS.ProcessEnv): GivenWithFiles {
  return readSecretFiles(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')));
}

/**
 * Reads each setting by itself, and then what `rules` say of all together: every problem is told at once.
 * @param idleSettings what is set and has no effect, told beside the problems
 * @throws {SettingsError}
 */
export function readSettings<T extends z.ZodType>(
  schema: T,
  source: NodeJS.ProcessEnv,
  rules: (given: Given) => string[],
  idleSettings: (source: NodeJS.ProcessEnv) => string[],
): z.output<T> {
  const { given, problems: unread } = givenIn(source);
  const parsed = schema.safeParse(given, { error: settingWords });
  const problems = [
    ...unread,
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    // What a file should have told is not missing.
    ...(unread.length > 0 ? [] : rules(given)),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new SettingsError(problems, idleSettings(source));
}
