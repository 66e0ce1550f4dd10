import { readFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../../src/project-root';
import { eventually, isRunning, listProcesses, type RunningProcess } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Product, type Settings } from './product';

interface Notification {
  readonly aud: string;
  readonly tracking_no: string;
  readonly send_status: string;
}

/** Two starts on a busy machine. */
const SLOW_MS = 300_000;

/** What others on this machine may read or enter, anywhere below `folder`. */
async function openToOthers(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const open = await Promise.all(
    names.map(async (name) => {
      // The servers delete files of their own meanwhile.
      const { mode } = await stat(path.join(folder, name)).catch(() => ({ mode: 0 }));
      return (mode & 0o077) === 0 ? [] : [name];
    }),
  );
  return open.flat();
}

describe('waybell start with nothing configured', () => {
  let dataDir: string;
  let settings: Settings;
  let api: string;
  const started: Product[] = [];

  beforeAll(async () => {
    settings = await ownSettings();
    dataDir = settings.DATA_DIR;
    api = `http://127.0.0.1:${settings.PORT}`;
  });
  afterEach(() => Promise.all(started.splice(0).map((product) => product.end('SIGKILL'))));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  function start(more: Record<string, string> = {}): Product {
    const product = runProduct(['start'], { ...settings, ...more });
    started.push(product);
    return product;
  }

  async function call<Answer>(method: string, route: string, body?: object): Promise<Answer> {
    const response = await fetch(api + route, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return (await response.json()) as Answer;
  }

  const report = (trackingNo: string): Promise<{ ok: boolean }> =>
    call('POST', '/webhook/express/status', {
      carrier: 'yto',
      tracking_no: trackingNo,
      status: 'in_transit',
      event_text: '已发往下一站',
      event_time: '2026-02-06T10:00:00+08:00',
    });

  const sentFor = async (trackingNo: string): Promise<string[]> =>
    (await call<{ notifications: Notification[] }>('GET', '/api/v1/notifications')).notifications
      .filter((row) => row.tracking_no === trackingNo && row.send_status === 'success')
      .map((row) => row.aud)
      .sort();

  /** Wrappers and servers of this start, by whose child they are or which folder they name. */
  const partsOf = (product: Product): RunningProcess[] =>
    listProcesses().filter(({ parent, command }) => parent === product.pid || command.includes(dataDir));

  test(
    'is ready with one block, delivers the sample parcel, and leaves no process behind',
    async () => {
      const product = start();
      await product.ready();
      expect(product.output()).toBe(asReadmeShows(product.output()));
      expect(await openToOthers(dataDir)).toEqual([]);
      expect(await call('GET', '/healthz')).toEqual({ ok: true });
      const onPushPort = await fetch(`http://127.0.0.1:${settings.PUSH_PORT}/readyz`);
      expect(await onPushPort.json()).toEqual({
        ok: true,
        postgresql: 'ok',
        temporal: 'ok',
        worker: 'ok',
        journal: { waiting: 0, oldest_seconds: 0 },
        alarms: [],
      });
      expect(await (await fetch(`http://127.0.0.1:${settings.TEMPORAL_UI_PORT}/`)).text()).toContain('<html');

      await report('TEST_YT_20260206_0007');
      await eventually(async () => (await sentFor('TEST_YT_20260206_0007')).length === 2);

      await requireClosedLedger(settings);
      // Nothing came behind the block either.
      expect(product.output()).toBe(asReadmeShows(product.output()));

      const running = partsOf(product).map(({ pid }) => pid);
      expect(running.length).toBeGreaterThanOrEqual(4);
      expect(await product.end('SIGTERM')).toBe(0);
      expect(running.filter(isRunning)).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'goes on where it was killed with -9: data is there, and a delivery that waits goes on waiting',
    async () => {
      const killed = start();
      await killed.ready();
      expect(await sentFor('TEST_YT_20260206_0007')).toEqual(['merchant', 'user']);
      expect(await report('WAITS-FOR-AN-ORDER')).toMatchObject({ ok: true });
      await killed.end('SIGKILL');

      const again = start();
      await again.ready();
      await call('PUT', '/api/v1/waybills/yto/WAITS-FOR-AN-ORDER', { order_id: 'ORDER_20260206_0007' });
      await eventually(async () => (await sentFor('WAITS-FOR-AN-ORDER')).length === 2);
      await requireClosedLedger(settings);
      expect(await again.end('SIGINT')).toBe(0);
    },
    SLOW_MS,
  );

  test(
    'refuses a second start, and ends with a sentence when a part crashes',
    async () => {
      const first = start();
      await first.ready();

      const second = start();
      expect(await second.exitCode).toBe(1);
      expect(second.output()).toBe(
        `${dataDir} is used by another Waybell, process ${first.pid}: stop it (waybell stop), or set DATA_DIR.\n`,
      );

      const elsewhere = start({ DATA_DIR: path.join(dataDir, 'elsewhere') });
      expect(await elsewhere.exitCode).toBe(1);
      expect(elsewhere.output()).toContain(`Port ${settings.PORT} (PORT) is taken by process ${first.pid} (`);

      const postmaster = partsOf(first).find(({ command }) => command.includes(' -D '));
      process.kill(postmaster?.pid ?? 0, 'SIGKILL');
      expect(await first.exitCode).toBe(1);
      expect(first.output()).toContain(
        `fatal: PostgreSQL has ended (SIGKILL); its log is ${dataDir}/logs/postgres.log`,
      );
    },
    SLOW_MS,
  );

  /** The README's block with the ports and folders of this start; where the Temporal CLI is, only the start knows. */
  function asReadmeShows(output: string): string {
    const readme = readFileSync(path.join(PROJECT_ROOT, 'README.md'), 'utf8');
    const [, block = ''] = /```sh\nnpm start\n```\n\n```\n([\s\S]*?)```/.exec(readme) ?? [];
    const [, cli = ''] = /Temporal CLI +(\S+)/.exec(output) ?? [];
    return `${block}\n`
      .replaceAll(':7201', `:${settings.PORT}`)
      .replaceAll(':7301', `:${settings.PUSH_PORT}`)
      .replaceAll(':8233', `:${settings['TEMPORAL_UI_PORT']}`)
      .replace(/(?<=Temporal CLI +)\S+/, cli)
      .replace('/home/you/waybell/.data', dataDir);
  }
});
