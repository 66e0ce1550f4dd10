import { setTimeout as sleep } from 'node:timers/promises';
import { findStranger } from './is-ours';
import {
  describeProcess,
  findRunning,
  notRunning,
  processFiles,
  ROLES,
  type Role,
  type RunningProcess,
} from './locks';
import { isRunByNpm } from '../config/surroundings';
import { isAlive } from '../process-identity';
import type { Explanation } from '../shipment/explanation';
import { say } from '../spoken';
import { tell } from '../terminal';

/** Requests get 4 s on two ports, the worker 12 s, Temporal 10 s, PostgreSQL 20 s: 46 s at the longest. */
const PATIENCE_MS = 60_000;
const LOOK_INTERVAL_MS = 100;
const PROGRESS_INTERVAL_MS = 5_000;

/**
 * `waybell stop`: asks what runs in `dataDir` to stop, and waits until it has.
 * @returns the exit code: 0 when nothing runs any more.
 */
export async function stop(
  dataDir: string,
  roles: readonly Role[] = ROLES,
  patienceMs = PATIENCE_MS,
): Promise<number> {
  const running = await findRunning(dataDir, roles);
  if (running.length === 0) {
    tell([say(notRunning(dataDir))]);
    return 0;
  }
  const problems = await Promise.all(running.map((one) => end(one, dataDir, patienceMs)));
  for (const problem of problems) if (problem !== undefined) tell([say(problem)]);
  return problems.every((problem) => problem === undefined) ? 0 : 1;
}

/** @returns what is to be done by hand, if it does not end. */
async function end(
  one: RunningProcess,
  dataDir: string,
  patienceMs: number,
): Promise<Explanation | undefined> {
  const { en, zh } = describeProcess(one);
  const command = await findStranger(one.pid, dataDir);
  if (command !== undefined) {
    const { pid: file } = processFiles(dataDir, one.role);
    return {
      en: `${file} names ${en}, which is no Waybell of ${dataDir} (${command}): it was left alone. If no Waybell runs there, remove that file.`,
      zh: `${file} 所写的${zh}不是 ${dataDir} 的 Waybell（${command}）：没有动它。如果那里没有 Waybell 在运行，请删除该文件。`,
    };
  }
  tell([say({ en: `Stopping ${en} …`, zh: `正在停止${zh} …` })]);
  try {
    process.kill(one.pid, 'SIGTERM');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM')
      return {
        en: `${en} belongs to another user: stop it as that user.`,
        zh: `${zh} 属于另一个用户：请以该用户停止它。`,
      };
    if (code !== 'ESRCH') throw error;
  }
  const started = Date.now();
  for (let told = started; isAlive(one.identity); await sleep(LOOK_INTERVAL_MS)) {
    const elapsed = Date.now() - started;
    if (elapsed > patienceMs) {
      const seconds = patienceMs / 1000;
      return {
        en: `${en} has not ended within ${seconds} s. "kill -9 ${one.pid}" ends it at once; nothing is lost, and deliveries go on at the next start.`,
        zh: `${zh} 在 ${seconds} 秒内没有结束。kill -9 ${one.pid} 会立即结束它；不会丢失任何内容，投递在下次启动时继续。`,
      };
    }
    if (Date.now() - told < PROGRESS_INTERVAL_MS) continue;
    told = Date.now();
    const seconds = Math.round(elapsed / 1000);
    tell([say({ en: `Stopping ${en}: ${seconds} s …`, zh: `正在停止${zh}：${seconds} 秒 …` })]);
  }
  tell([say({ en: `Stopped ${en}.`, zh: `已停止${zh}。` })]);
  return undefined;
}

/** `npm start` and the terminal both deliver one Ctrl-C; a person who means two needs longer. */
const SAME_KEY_PRESS_MS = 1_000;

/** How often we look whether the shell of npm is still there. */
const PARENT_LOOK_MS = 500;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns the first request to stop into an abort, and a later one into `force`.
 * @param background the one who started us ends, and we stay
 * @returns the signal that aborts.
 */
export function listenToStopRequests(force: () => void, background: boolean): AbortSignal {
  const asked = new AbortController();
  let firstAt: number | undefined;
  for (const name of SIGNALS) {
    process.on(name, () => {
      firstAt ??= Date.now();
      if (!asked.signal.aborted) asked.abort(new StopRequested());
      else if (Date.now() - firstAt > SAME_KEY_PRESS_MS) force();
    });
  }
  if (isRunByNpm() && !background) whenParentEnds(() => asked.abort(new StopRequested()));
  return asked.signal;
}

function whenParentEnds(stop: () => void): void {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    stop();
  }, PARENT_LOOK_MS);
  look.unref();
}

/** Thrown by steps that a request to stop has ended early. */
export class StopRequested extends Error {
  constructor() {
    super('asked to stop');
    this.name = 'StopRequested';
  }
}
