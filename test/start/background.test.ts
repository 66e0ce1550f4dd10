import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, isRunning } from '../setup/processes';
import { ownSettings, runProduct, type Product, type Settings } from './product';

/** Some starts on a busy machine. */
const SLOW_MS = 300_000;

describe('waybell start --detach, status and stop', () => {
  let settings: Settings;
  let dataDir: string;
  let inForeground: Product | undefined;

  beforeAll(async () => {
    settings = await ownSettings();
    dataDir = settings.DATA_DIR;
  });
  afterEach(async () => {
    await inForeground?.end('SIGKILL');
    await finish('stop');
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  async function finish(...command: string[]): Promise<{ code: number | null; output: string }> {
    const product = runProduct(command, settings);
    return { code: await product.exitCode, output: product.output() };
  }
  const pidOf = async (): Promise<number> =>
    Number.parseInt(await readFile(path.join(dataDir, 'waybell.pid'), 'utf8'));
  const doesNotRun = (): string => `Waybell does not run: nothing uses ${dataDir}.\n`;

  test(
    'shows the start, returns when all is up, and leaves a process that is found, asked and stopped',
    async () => {
      expect(await finish('status')).toEqual({ code: 3, output: doesNotRun() });
      expect(await finish('stop')).toEqual({ code: 0, output: doesNotRun() });

      const started = await finish('start', '--detach');
      expect(started.code).toBe(0);
      expect(started.output).toContain(
        'Creating the embedded PostgreSQL database (once) …\n\nWaybell is ready.\n',
      );
      expect(started.output).toContain(`Log           ${dataDir}/logs/waybell.log`);
      const pid = await pidOf();

      const refusal = `${dataDir} is used by another Waybell, process ${pid}: stop it (waybell stop), or set DATA_DIR.\n`;
      expect(await finish('start', '--detach')).toEqual({ code: 1, output: refusal });
      expect(await finish('start')).toEqual({ code: 1, output: refusal });
      expect(await readFile(path.join(dataDir, 'logs/waybell-console.log'), 'utf8')).toBe(started.output);

      const status = await finish('status');
      expect(status.code).toBe(0);
      expect(status.output).toMatch(
        new RegExp(
          [
            `^Waybell is ready: process ${pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d \\(\\d+ (?:sec|min) ago\\)\\.`,
            `  API +http://127\\.0\\.0\\.1:${settings.PORT} and :${settings.PUSH_PORT}`,
            `  Demo phone +http://127\\.0\\.0\\.1:${settings.PORT}/demo`,
            '  Temporal UI +http://.+',
            `  Log +${dataDir}/logs/waybell\\.log`,
            '  Alive +yes',
            '  Ready +yes',
            '  PostgreSQL +ok',
            '  Temporal +ok',
            '  Worker +ok',
            '  Journal +nothing waits',
            '$',
          ].join('\n'),
        ),
      );

      expect(await finish('stop')).toEqual({
        code: 0,
        output: `Stopping process ${pid} …\nStopped process ${pid}.\n`,
      });
      expect(isRunning(pid)).toBe(false);
      expect(await readFile(path.join(dataDir, 'logs/waybell.log'), 'utf8')).toContain('"Stopped."');
      expect(await finish('status')).toEqual({ code: 3, output: doesNotRun() });
    },
    SLOW_MS,
  );

  test(
    'finds and stops one that runs in a terminal too, and says when it is not ready',
    async () => {
      inForeground = runProduct(['start'], settings);
      await inForeground.ready();
      // Stopped in its middle: it is there, and answers nothing.
      process.kill(inForeground.pid, 'SIGSTOP');
      const stuck = await finish('status');
      expect(stuck.code).toBe(1);
      expect(stuck.output).toContain(`Waybell runs, but is not ready: process ${inForeground.pid}, since `);
      expect(stuck.output).toMatch(/^ {2}Alive +no answer \(.+\)$/m);
      process.kill(inForeground.pid, 'SIGCONT');
      await eventually(async () => (await finish('status')).code === 0);

      expect((await finish('stop')).code).toBe(0);
      expect(await inForeground.exitCode).toBe(0);
    },
    SLOW_MS,
  );

  test('says why it has not started, and leaves nothing behind', async () => {
    const { POSTGRES_PORT: port = '' } = settings;
    const product = runProduct(['start', '--detach'], { ...settings, TEMPORAL_PORT: port });
    expect(await product.exitCode).toBe(1);
    expect(product.output()).toBe(
      `fatal: TEMPORAL_PORT and POSTGRES_PORT are both ${port}: set one of them to another port.\n`,
    );
    expect((await finish('status')).code).toBe(3);
  });

  test(
    'that is interrupted while it starts has not started',
    async () => {
      const product = runProduct(['start', '--detach'], settings);
      await eventually(async () => (await pidOf().catch(() => 0)) > 0);
      const pid = await pidOf();
      expect(await product.end('SIGINT')).toBe(1);
      expect(isRunning(pid)).toBe(false);
      expect((await finish('status')).code).toBe(3);
    },
    SLOW_MS,
  );
});
