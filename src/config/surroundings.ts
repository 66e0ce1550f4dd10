import os from 'node:os';
import path from 'node:path';
import { givenIn } from './read-settings';

/** What the environment says besides settings. */

/** Where commands are, as the operating system says it. */
export function searchPath(): readonly string[] {
  return (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

/** Where caches belong. Fails where nobody says it and the user has no home, as in some containers. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env;
  return XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME)
    ? XDG_CACHE_HOME
    : path.join(os.homedir(), '.cache');
}

/** Who was signed in before `sudo`; `undefined` without it. */
export function userBeforeSudo(): string | undefined {
  return process.env.SUDO_USER;
}

/** What `@temporalio/envconfig` reads, with what files hold in its place. */
export function temporalVariables(source = process.env): Record<string, string> {
  const { given } = givenIn(source);
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The environment for a child process: ours, with `additions`. */
export function childEnvironment(additions: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...additions };
}

/** The environment for a child process: ours, and `defaults` where ours says nothing. */
export function environmentOver(defaults: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...defaults, ...process.env };
}

/** Whether npm runs us. Its shell dies of a SIGTERM without passing it on. */
export function isRunByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}
