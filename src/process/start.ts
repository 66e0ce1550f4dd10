import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunning, inUse, lockDataDir, processFiles, type Role } from './locks';
import { listenToStopRequests, StopRequested } from './stop';
import { requireFreePorts, wantedPorts } from './ports';
import { loadConfig, idleSettings, type Config } from '../config/config';
import { onlyThisMachine, openDoors } from '../config/open-doors';
import { untoldByTrial } from '../config/trial';
import { withDemoVapidKey } from '../embedded/demo-vapid';
import { waitForLeftovers } from '../embedded/leftovers';
import { openLogs } from '../log';
import { makeFolder } from '../make-folder';
import { SpokenError, spokenLanguage } from '../spoken';
import { bringUp } from './bring-up';
import { leaveSettings } from './settings-of-running';
import { createSupervisor } from './supervisor';

export interface StartChoice {
  readonly role: Role;
  /** Started by `start --detach`, which waits for the message that we are ready. */
  readonly background: boolean;
}

/**
 * `waybell start`: brings everything up, and stays until it is asked to stop or a part of it ends.
 * @returns the exit code.
 */
export async function start({ role, background }: StartChoice): Promise<number> {
  const config = loadConfig();
  requireSharedParts(config, role);
  // Before the log is opened, which belongs to the process that runs.
  const unlock = await lockDataDir(config.dataDir, role);
  await closeFolders(config.dataDir);
  const logs = openLogs(config, { file: processFiles(config.dataDir, role).log, background });
  for (const line of idleSettings()) logs.log.warn(line);
  for (const { what, fix } of [...openDoors(config), ...untoldByTrial(config)])
    logs.log.warn(`${what.en} ${fix.en}`);
  const here = onlyThisMachine(config);
  if (here !== undefined) logs.log.info(here.en);
  const supervisor = createSupervisor();
  supervisor.add({ name: 'DATA_DIR', stop: unlock });
  supervisor.add({ name: 'The settings in DATA_DIR', stop: await leaveSettings(config.dataDir, role) });
  const stopRequest = listenToStopRequests(() => {
    logs.progress({ en: 'Stopping at once.', zh: '立即停止。' });
    // The embedded parts notice that their channel closes, and stop by themselves.
    process.exit(1);
  }, background);
  const over = AbortSignal.any([stopRequest, supervisor.crash]);

  let code = 0;
  try {
    await waitForLeftovers(config.dataDir);
    await requireFreePorts(wantedPorts(config, role));
    const settings = await withDemoVapidKey(config);
    const summary = await bringUp({ config: settings, role, background, logs, supervisor, signal: over });
    over.throwIfAborted();
    logs.progress(summary);
    if (background) {
      logs.leaveConsole();
      // Who waited may be gone by now.
      if (process.connected) process.send?.('ready', () => undefined);
    }
    if (!over.aborted) await once(over, 'abort');
    over.throwIfAborted();
  } catch (thrown) {
    const reason: unknown = over.aborted ? over.reason : thrown;
    if (!(reason instanceof StopRequested)) {
      const error = reason instanceof Error ? reason : new Error(String(reason));
      const { message, stack } = error;
      logs.log.fatal({ stack, ...(error instanceof SpokenError && { zh: error.words.zh }) }, message);
      code = 1;
    }
  }
  if (over.aborted) logs.progress({ en: 'Stopping …', zh: '正在停止 …' });
  await supervisor.stopAll((problem) => logs.log.error(problem));
  if (over.aborted) logs.progress({ en: 'Stopped.', zh: '已停止。' });
  await logs.close();
  return code;
}

/** What an earlier version made for everybody to read: the journal holds bodies as they came. */
async function closeFolders(dataDir: string): Promise<void> {
  for (const folder of ['journal', 'logs']) {
    await chmod(path.join(dataDir, folder), 0o700).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** @throws {Error} when one half of Waybell would be alone with parts that live inside the other. */
function requireSharedParts({ database, temporal }: Config, role: Role): void {
  const missing = [
    ...(database.kind === 'embedded' ? ['DATABASE_URL'] : []),
    ...(temporal.kind === 'embedded' ? ['TEMPORAL_ADDRESS'] : []),
  ];
  if (role === 'all' || missing.length === 0) return;
  throw new SpokenError({
    en: `--only ${role} needs ${missing.join(' and ')}: embedded parts live and end with one process that does everything.`,
    zh: `--only ${role} 需要 ${missing.join(' 和 ')}：内置的部分只随一个承担全部工作的进程运行和结束。`,
  });
}

/** The command that we are: it is run once more, in the background. */
const MAIN = path.join(__dirname, '../cli/main.js');
const LOOK_INTERVAL_MS = 100;
/** Enough for what a start says between two looks; the rest comes with the next one. */
const READ_BYTES = 64 * 1024;

/**
 * `waybell start --detach`: starts a process of a session of its own, and shows its console until it is ready.
 * @returns the exit code: 0 when it is ready, 1 when it has ended before.
 */
export async function startInBackground(role: Role): Promise<number> {
  // What is wrong with the settings is said here; the process says the rest.
  const { dataDir } = loadConfig();
  const [running] = await findRunning(dataDir, [role]);
  if (running) throw inUse(dataDir, running);

  const { console: file } = processFiles(dataDir, role);
  await makeFolder(path.dirname(file));
  const output = openSync(file, 'w+', 0o600);
  const language = ['--lang', spokenLanguage()];
  const child = fork(MAIN, ['start', ...onlyOption(role), '--in-background', ...language], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    execArgv: [],
  });
  // Who no longer wants to wait does not want it to start either.
  let takenBack = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      takenBack = true;
      child.kill();
    });
  }
  const ended = once(child, 'exit');
  if ((await followConsole(child, output)) && !takenBack) return 0;
  await ended;
  return 1;
}

function onlyOption(role: Role): string[] {
  return role === 'all' ? [] : ['--only', role];
}

/** Repeats what `child` writes into the file `output`, until it says that it is ready or has ended. */
async function followConsole(child: ChildProcess, output: number): Promise<boolean> {
  let ready: boolean | undefined;
  const settled = new AbortController();
  void Promise.race([once(child, 'message').then(() => true), once(child, 'exit').then(() => false)]).then(
    (outcome) => {
      ready = outcome;
      settled.abort();
    },
  );
  const buffer = Buffer.alloc(READ_BYTES);
  for (let position = 0; ;) {
    // Asked first: what was written before the end is shown before the end.
    const over = ready;
    const bytes = readSync(output, buffer, 0, buffer.length, position);
    process.stdout.write(buffer.subarray(0, bytes));
    position += bytes;
    if (bytes > 0) continue;
    if (over !== undefined) return over;
    await sleep(LOOK_INTERVAL_MS, undefined, { signal: settled.signal }).catch(() => undefined);
  }
}
