import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lockDataDir } from '../../src/process/locks';
import { leaveSettings, takeSettingsOfRunning } from '../../src/process/settings-of-running';
import { eventually, isRunning } from '../setup/processes';

describe('a folder that cannot be made', () => {
  test.each([
    ['in /proc', '/proc/nope/data', 'that file system takes no folders'],
    ['beneath a file', path.join(__filename, 'data'), 'a part of its path is a file'],
    ['in the place of a file', __filename, 'a part of its path is a file'],
  ])('%s is said at once, and not tried for ever', async (_where, folder, why) => {
    await expect(lockDataDir(folder, 'all')).rejects.toThrow(`The folder ${folder} cannot be made: ${why}.`);
  });
});

describe('the lock of DATA_DIR', () => {
  let dataDir: string;
  let file: string;
  let other: ChildProcess;

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-lock-'));
    file = path.join(dataDir, 'waybell.pid');
    other = spawn('sleep', ['60']);
    await once(other, 'spawn');
  });
  afterEach(async () => {
    other.kill('SIGKILL');
    await rm(dataDir, { recursive: true });
  });

  test('names the process that has it', async () => {
    await writeFile(file, `${other.pid}`);
    await expect(lockDataDir(dataDir, 'all')).rejects.toThrow(
      `${dataDir} is used by another Waybell, process ${other.pid}: stop it (waybell stop), or set DATA_DIR.`,
    );
  });

  test('leads a second terminal to the Waybell that runs, where that says nothing else', async () => {
    await writeFile(file, `${other.pid}`);
    const { PORT } = process.env;
    process.env.PORT = '7999';
    const forget = await leaveSettings(dataDir, 'all').finally(() => {
      if (PORT === undefined) delete process.env.PORT;
      else process.env.PORT = PORT;
    });
    const terminal: NodeJS.ProcessEnv = {};
    await takeSettingsOfRunning(dataDir, terminal);
    expect(terminal.PORT).toBe('7999');
    const busy: NodeJS.ProcessEnv = { PORT: '7201' };
    await takeSettingsOfRunning(dataDir, busy);
    expect(busy.PORT).toBe('7201');

    await forget();
    const later: NodeJS.ProcessEnv = {};
    await takeSettingsOfRunning(dataDir, later);
    expect(later).toEqual({});
  });

  test('leads nobody to the Waybell of another user, unless DATA_DIR says that it is meant', async () => {
    await writeFile(file, `${other.pid}`);
    await writeFile(path.join(dataDir, 'waybell.json'), '{"PORT":"7999"}', { mode: 0o666 });
    await chmod(path.join(dataDir, 'waybell.json'), 0o666);
    const terminal: NodeJS.ProcessEnv = {};
    expect(await takeSettingsOfRunning(dataDir, terminal)).toEqual([
      expect.stringMatching(/waybell\.json is not read: everybody .* DATA_DIR=.* it is\.$/),
    ]);
    expect(terminal).toEqual({});
    const named: NodeJS.ProcessEnv = { DATA_DIR: dataDir };
    expect(await takeSettingsOfRunning(dataDir, named)).toEqual([]);
    expect(named.PORT).toBe('7999');
  });

  test('leads nobody to a Waybell that is gone', async () => {
    await writeFile(file, '999999999 1');
    await writeFile(path.join(dataDir, 'waybell.json'), '{"PORT":"7999"}');
    const terminal: NodeJS.ProcessEnv = {};
    await takeSettingsOfRunning(dataDir, terminal);
    expect(terminal).toEqual({});
  });

  test('is taken over from a process that is gone', async () => {
    await writeFile(file, `${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const unlock = await lockDataDir(dataDir, 'all');
    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    await unlock();
    await expect(access(file)).rejects.toThrow('ENOENT');
  });

  test('is taken over when its number belongs to another process by now', async () => {
    await writeFile(file, `${other.pid} 1`);
    const unlock = await lockDataDir(dataDir, 'all');
    await unlock();
  });

  test('is taken over when it is unreadable', async () => {
    await writeFile(file, '');
    const unlock = await lockDataDir(dataDir, 'all');
    await unlock();
  });

  test.each([
    ['all', 'waybell-api.pid', '--only api'],
    ['all', 'waybell-worker.pid', '--only worker'],
    ['api', 'waybell-api.pid', '--only api'],
    ['worker', 'waybell-worker.pid', '--only worker'],
  ] as const)('is refused to %s beside the holder of %s', async (role, name, option) => {
    await writeFile(path.join(dataDir, name), `${other.pid}`);
    await expect(lockDataDir(dataDir, role)).rejects.toThrow(`process ${other.pid} (${option})`);
    expect(await readdir(dataDir)).toEqual([name]);
  });

  test.each(['api', 'worker'] as const)(
    'is refused to %s beside a process that does everything',
    async (role) => {
      await writeFile(file, `${other.pid}`);
      await expect(lockDataDir(dataDir, role)).rejects.toThrow(`process ${other.pid}: stop it`);
      expect(await readdir(dataDir)).toEqual(['waybell.pid']);
    },
  );

  test('is free for an api beside a worker', async () => {
    await writeFile(path.join(dataDir, 'waybell-worker.pid'), `${other.pid}`);
    const unlock = await lockDataDir(dataDir, 'api');
    expect((await readdir(dataDir)).sort()).toEqual(['waybell-api.pid', 'waybell-worker.pid']);
    await unlock();
  });

  test('is not held by a process that has ended and was not yet looked at by its parent', async () => {
    // It starts a child that ends, and never asks how.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    await eventually(() => !isRunning(Number(line)));
    await writeFile(file, `${Number(line)}`);
    const unlock = await lockDataDir(dataDir, 'all');
    await unlock();
    parent.kill('SIGKILL');
  });
});
