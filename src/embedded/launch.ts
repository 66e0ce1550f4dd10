import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A command line, and the user it must be spawned as. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** True when the command ends well; its output does not matter. */
export function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return promisify(execFile)(command, args).then(
    () => true,
    () => false,
  );
}

/**
 * Options that make util-linux' setpriv tie a server to its wrapper: the kernel interrupts the server when its
 * wrapper is killed with -9, so that no orphan keeps the port. `undefined` where there is no such setpriv (macOS,
 * Windows, Busybox); part.ts then ends the server itself.
 */
export async function setprivOptions(): Promise<readonly string[] | undefined> {
  const tie = ['--pdeathsig', 'INT'];
  return (await succeeds('setpriv', [...tie, 'true'])) ? tie : undefined;
}

export function withSetpriv(options: readonly string[], command: string, args: readonly string[]): Launch {
  return { command: 'setpriv', args: [...options, command, ...args] };
}

/** A server that runs as the user we are. */
export async function launchAsOurselves(command: string, args: readonly string[]): Promise<Launch> {
  const options = await setprivOptions();
  return options ? withSetpriv(options, command, args) : { command, args };
}
