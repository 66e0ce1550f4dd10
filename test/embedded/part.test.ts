import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setprivOptions } from '../../src/embedded/launch';
import { startPart, type Part } from '../../src/embedded/part';
import { goThreads } from '../../src/embedded/temporal';
import { eventually, isRunning, listProcesses, type RunningProcess } from '../setup/processes';

function find(pid: number): RunningProcess {
  const found = listProcesses().find((one) => one.pid === pid);
  if (!found) throw new Error(`process ${pid} does not run`);
  return found;
}

describe('an embedded part', () => {
  let folder: string;
  let logFile: string;
  const parts: Part[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-part-'));
    logFile = path.join(folder, 'logs', 'part.log');
  });
  afterEach(async () => {
    await Promise.all(parts.splice(0).map((part) => part.stop()));
    await rm(folder, { recursive: true });
  });

  /** A part that runs a line of JavaScript and then stays. */
  async function run(
    script: string,
    stopTimeoutMs = 5_000,
    environment: Record<string, string> = {},
  ): Promise<Part> {
    const part = await startPart('Sample', {
      command: process.execPath,
      args: ['-e', `${script}; console.log('up'); setInterval(() => {}, 1000)`],
      environment,
      logFile,
      serverFile: path.join(folder, 'sample.server'),
      stopTimeoutMs,
    });
    parts.push(part);
    await eventually(async () => (await readFile(logFile, 'utf8')).includes('up'));
    return part;
  }

  test('writes what it says into its log, and ends when it is told', async () => {
    const part = await run(`process.on('SIGINT', () => { console.error('clean'); process.exit(0) })`);
    expect(isRunning(part.pid)).toBe(true);
    await part.stop();
    expect(isRunning(part.pid)).toBe(false);
    expect(await part.exited).toBe(`Sample has ended (exit code 0); its log is ${logFile}`);
    expect(await readFile(logFile, 'utf8')).toBe('up\nclean\n');
  });

  test('gets what it is given, and what we are given goes before that', async () => {
    process.env['WAYBELL_PART_OURS'] = 'ours';
    await run(
      `console.log(process.env.WAYBELL_PART_OURS, process.env.WAYBELL_PART_GIVEN, 'PATH' in process.env)`,
      5_000,
      { WAYBELL_PART_OURS: 'given', WAYBELL_PART_GIVEN: 'given' },
    );
    delete process.env['WAYBELL_PART_OURS'];
    expect(await readFile(logFile, 'utf8')).toBe('ours given true\nup\n');
  });

  test.each([
    [1, 1],
    [2, 1],
    [4, 2],
    [64, 4],
  ])('Temporal takes half of the machine, and four at most: of %i cores %i', (cores, threads) => {
    expect(goThreads(cores)).toBe(threads);
  });

  test('is killed when it does not end in its time', async () => {
    const part = await run(`process.on('SIGINT', () => {})`, 200);
    await part.stop();
    expect(isRunning(part.pid)).toBe(false);
    expect(await part.exited).toContain('SIGKILL');
  });

  test('is not reached by a Ctrl-C for Waybell: it has a session of its own', async () => {
    const part = await run('');
    const { session } = find(part.pid);
    expect(session).not.toBe(find(process.pid).session);
  });

  test('tells its crash at once', async () => {
    const part = await run('');
    process.kill(part.pid, 'SIGKILL');
    expect(await part.exited).toBe(`Sample has ended (SIGKILL); its log is ${logFile}`);
  });

  test('that cannot be run at all is an error that names it', async () => {
    const order = {
      command: path.join(folder, 'nothing'),
      args: [],
      logFile,
      serverFile: logFile,
      stopTimeoutMs: 1_000,
    };
    await expect(startPart('Sample', order)).rejects.toThrow('ENOENT');
  });

  describe('leaves no orphan', () => {
    let parent: ChildProcess;
    let part: number;

    beforeEach(async () => {
      parent = fork(path.join(__dirname, 'part-parent.cjs'), [logFile], { execArgv: [] });
      [{ part }] = (await once(parent, 'message')) as [{ part: number }];
      expect(isRunning(part)).toBe(true);
    });
    afterEach(() => {
      parent.kill('SIGKILL');
      if (isRunning(part)) process.kill(part, 'SIGKILL');
    });

    test('when Waybell is killed with -9', async () => {
      parent.kill('SIGKILL');
      await eventually(() => !isRunning(part));
    });

    test('when Waybell and the wrapper are killed with -9 together', async () => {
      if ((await setprivOptions()) === undefined) return;
      process.kill(find(part).parent, 'SIGKILL');
      parent.kill('SIGKILL');
      await eventually(() => !isRunning(part));
    });
  });
});
