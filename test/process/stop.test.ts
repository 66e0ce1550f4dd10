import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { stop } from '../../src/process/stop';

describe('waybell stop', () => {
  let dataDir: string;
  const said: string[] = [];
  const holders: ChildProcess[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-stop-'));
    said.length = 0;
    jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const holder of holders.splice(0)) holder.kill('SIGKILL');
    await rm(dataDir, { recursive: true });
  });

  /** Holds a lock as a Waybell does, and runs `script` instead. */
  async function hold(name: string, script: string): Promise<number> {
    // As a Waybell has its log.
    const holder = spawn('sh', [
      '-c',
      `exec 3>'${dataDir}/${name}.log'; ${script} echo up; while :; do sleep 0.05; done`,
    ]);
    holders.push(holder);
    await once(holder.stdout, 'data');
    await writeFile(path.join(dataDir, name), `${holder.pid}`);
    return holder.pid ?? 0;
  }

  test('says what to do when the process does not end in its time, and ends with 1', async () => {
    const pid = await hold('waybell.pid', "trap '' TERM;");
    expect(await stop(dataDir, undefined, 300)).toBe(1);
    expect(said).toEqual([
      `Stopping process ${pid} …`,
      `process ${pid} has not ended within 0.3 s. "kill -9 ${pid}" ends it at once; nothing is lost, and deliveries go on at the next start.`,
    ]);
  });

  test('leaves a process alone that is no Waybell of the folder, and says what it is', async () => {
    const stranger = spawn('sh', ['-c', 'echo up; while :; do sleep 0.05; done']);
    holders.push(stranger);
    await once(stranger.stdout, 'data');
    // A number that was given to another program, as it is written by a system without /proc.
    await writeFile(path.join(dataDir, 'waybell.pid'), `${stranger.pid}`);
    const api = await hold('waybell-api.pid', '');
    expect(await stop(dataDir)).toBe(1);
    expect(said).toEqual([
      `Stopping process ${api} (--only api) …`,
      `Stopped process ${api} (--only api).`,
      `${path.join(dataDir, 'waybell.pid')} names process ${stranger.pid}, which is no Waybell of ${dataDir} (sh -c echo up; while :; do sleep 0.05; done): it was left alone. If no Waybell runs there, remove that file.`,
    ]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test('tells every 5 s that it still waits', async () => {
    const pid = await hold('waybell.pid', "trap 'sleep 5.5; exit' TERM;");
    expect(await stop(dataDir)).toBe(0);
    expect(said).toEqual([
      `Stopping process ${pid} …`,
      expect.stringMatching(new RegExp(`^Stopping process ${pid}: \\d s …$`)),
      `Stopped process ${pid}.`,
    ]);
  });

  test('stops api and worker, or the one that is named', async () => {
    const api = await hold('waybell-api.pid', '');
    const worker = await hold('waybell-worker.pid', '');
    expect(await stop(dataDir, ['worker'])).toBe(0);
    expect(said.splice(0)).toEqual([
      `Stopping process ${worker} (--only worker) …`,
      `Stopped process ${worker} (--only worker).`,
    ]);
    await hold('waybell-worker.pid', '');
    expect(await stop(dataDir)).toBe(0);
    expect(said).toContain(`Stopped process ${api} (--only api).`);
    expect(said.length).toBe(4);
  });
});
