import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lockDataDir } from '../../src/cli/data-dir-lock';

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
    await expect(lockDataDir(dataDir)).rejects.toThrow(
      `${dataDir} is used by another Waybell, process ${other.pid}: stop it, or set DATA_DIR.`,
    );
  });

  test('is taken over from a process that is gone', async () => {
    await writeFile(file, `${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const unlock = await lockDataDir(dataDir);
    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    await unlock();
    await expect(access(file)).rejects.toThrow('ENOENT');
  });

  test('is taken over when its number belongs to another process by now', async () => {
    await writeFile(file, `${other.pid} 1`);
    const unlock = await lockDataDir(dataDir);
    await unlock();
  });

  test('is taken over when it is unreadable', async () => {
    await writeFile(file, '');
    const unlock = await lockDataDir(dataDir);
    await unlock();
  });
});
