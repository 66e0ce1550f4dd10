import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Whether a process is the Waybell of a folder, before a signal is sent: a number in a file may belong to another
 * program by now, or to a process of another machine or container, or somebody may have written it there.
 */

const run = promisify(execFile);

/** A start opens its log right after it has taken its lock; milliseconds. */
const BEGINNING_MS = 2_000;
const LOOK_INTERVAL_MS = 100;
const COMMAND_LENGTH = 120;
/** How a Waybell is started: `waybell start`, `npx waybell start`, `node dist/src/cli/main.js start`. */
const OURS = /(?:waybell|cli[\\/]main\.js)\S* (?:.* )?start(?: |$)/;

/** @returns the command of a process that is no Waybell of `dataDir`; `undefined` of one that is, or that nobody can tell */
export async function findStranger(pid: number, dataDir: string): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const command = await commandByPs(pid);
    return command === undefined || OURS.test(command) ? undefined : command.slice(0, COMMAND_LENGTH);
  }
  const folder = `${await realpath(dataDir)}${path.sep}`;
  for (const began = Date.now(); Date.now() - began < BEGINNING_MS; await sleep(LOOK_INTERVAL_MS)) {
    const files = await openFiles(pid);
    // Another user's, whom no signal of ours reaches, or gone meanwhile.
    if (files === undefined || files.some((file) => file.startsWith(folder))) return undefined;
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.replaceAll('\0', ' ').trim().slice(0, COMMAND_LENGTH);
}

async function openFiles(pid: number): Promise<string[] | undefined> {
  try {
    const names = await readdir(`/proc/${pid}/fd`);
    return await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  } catch {
    return undefined;
  }
}

/** `undefined` where there is no ps (Windows), or no such process. */
async function commandByPs(pid: number): Promise<string | undefined> {
  const found = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined);
  return found?.stdout.trim();
}
