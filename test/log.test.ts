import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { loadConfig } from '../src/config/config';
import { openLogs } from '../src/log';
import { speak } from '../src/spoken';

const MEGABYTE = 1024 * 1024;

describe('the log file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-log-'));
    file = path.join(folder, 'logs', 'waybell.log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is begun anew at 10 MB, and no more than five old ones are kept', async () => {
    const { log, close } = openLogs(loadConfig({}), { file, background: false });
    const words = 'x'.repeat(MEGABYTE / 2);
    for (let line = 0; line < 160; line += 1) log.info({ line }, words);
    await close();

    const files = await readdir(path.dirname(file));
    expect(files.sort()).toEqual(['waybell.log', ...[1, 2, 3, 4, 5].map((old) => `waybell.log.${old}`)]);
    for (const name of files) {
      const { size, mode } = await stat(path.join(path.dirname(file), name));
      expect(size).toBeLessThan(11 * MEGABYTE);
      expect(mode & 0o777).toBe(0o600);
    }
    expect(await readFile(`${file}.1`, 'utf8')).toContain('"line":');
  });

  test('has every line once it is closed, the last one too', async () => {
    const { log, close } = openLogs(loadConfig({}), { file, background: false });
    log.info('first');
    log.info('last');
    await close();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['first', 'last']);
  });

  test('is English, while the console speaks the language of who looks at it', async () => {
    const shown: unknown[] = [];
    const told = (['log', 'error'] as const).map((name) =>
      jest.spyOn(console, name).mockImplementation((line: unknown) => void shown.push(line)),
    );
    speak('zh');
    const { log, progress, close } = openLogs(loadConfig({}), { file, background: false });
    progress({ en: 'Stopped.', zh: '已停止。' });
    log.fatal({ zh: '端口已被占用' }, 'The port is taken');
    log.warn('a warning');
    await close();
    speak('en');
    for (const spy of told) spy.mockRestore();
    expect(shown).toEqual(['已停止。', 'fatal: 端口已被占用', 'warn: a warning']);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'Stopped.',
      'The port is taken',
      'a warning',
    ]);
  });

  test('gets what the console of a process in the background no longer shows', async () => {
    const shown = jest.spyOn(console, 'error').mockReturnValue(undefined);
    const { log, leaveConsole, close } = openLogs(loadConfig({}), { file, background: true });
    log.warn('while a person waits');
    leaveConsole();
    log.warn('when nobody looks');
    log.fatal('the end');
    await close();
    expect(shown.mock.calls).toEqual([['warn: while a person waits'], ['fatal: the end']]);
    shown.mockRestore();
    expect(await readFile(file, 'utf8')).toContain('when nobody looks');
  });
});
