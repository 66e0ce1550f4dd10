import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/schema/migrate';
import { eventually } from '../setup/processes';
import { runProduct, type Product } from './product';
import { useShop } from './shop';

/** Some starts on a busy machine, and 70 s until Temporal forgets a worker that was killed. */
const SLOW_MS = 300_000;
const FORGOTTEN_MS = 150_000;

describe('waybell start --only', () => {
  const started: Product[] = [];

  const shop = useShop();
  beforeAll(async () => {
    await migrate(shop.db.url, () => undefined);
    await shop.db.pool.query(`
      insert into ml_orders (id, user_id) values ('order-1', 'buyer-1');
      insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', 'YT0001', 'order-1');
    `);
  });
  afterEach(() => Promise.all(started.splice(0).map((product) => product.end('SIGKILL'))));

  function run(...command: string[]): Product {
    const product = runProduct(command, shop.settings);
    started.push(product);
    return product;
  }
  async function finish(...command: string[]): Promise<{ code: number | null; output: string }> {
    const product = run(...command);
    return { code: await product.exitCode, output: product.output() };
  }
  async function readiness(port: string | undefined): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return { status: response.status, ...((await response.json()) as object) };
  }
  const ready = { status: 200, ok: true, postgresql: 'ok', temporal: 'ok' };

  test(
    'api takes requests, worker delivers, both in one folder, and each tells the truth about all parts',
    async () => {
      const { PORT, WORKER_PORT } = shop.settings;
      const api = run('start', '--only', 'api');
      await api.ready();
      expect(await readiness(PORT)).toMatchObject({ ...ready, worker: 'none' });
      await shop.post('/api/v1/push/register', { cid: 'phone-1', user_id: 'buyer-1' });
      const answer = await shop.post('/webhook/express/status', {
        carrier: 'yto',
        tracking_no: 'YT0001',
        status: 'in_transit',
        event_time: '2026-02-06T10:00:00+08:00',
      });
      expect(await answer.json()).toMatchObject({ ok: true });

      const alone = await finish('status');
      expect(alone.code).toBe(0);
      expect(alone.output).toContain(`Waybell is ready: process ${api.pid} (--only api), since `);
      expect(alone.output).toContain('Worker        none: deliveries wait in Temporal until one runs');
      expect(shop.cloud.countFor('phone-1')).toBe(0);

      const worker = run('start', '--only', 'worker');
      await worker.ready();
      await eventually(() => shop.cloud.countFor('phone-1') === 1);
      expect(await readiness(PORT)).toMatchObject({ ...ready, worker: 'ok' });
      expect(await readiness(WORKER_PORT)).toEqual({ ...ready, worker: 'ok', alarms: [] });
      const metrics = await fetch(`http://127.0.0.1:${WORKER_PORT}/metrics`, {
        headers: { authorization: `Bearer ${shop.settings['API_KEYS']}` },
      });
      expect(await metrics.text()).toContain('process_cpu_seconds_total');
      expect((await fetch(`http://127.0.0.1:${WORKER_PORT}/api/v1/notifications`)).status).toBe(404);

      const both = await finish('status');
      expect(both.code).toBe(0);
      expect(both.output).toContain(`process ${api.pid} (--only api)`);
      expect(both.output).toContain(`process ${worker.pid} (--only worker)`);

      expect(await finish('start', '--only', 'worker')).toEqual({
        code: 1,
        output: `${shop.settings.DATA_DIR} is used by another Waybell, process ${worker.pid} (--only worker): stop it (waybell stop), or set DATA_DIR.\n`,
      });
      expect((await finish('start')).output).toContain(`process ${api.pid} (--only api)`);

      await worker.end('SIGKILL');
      await eventually(
        async () => ((await readiness(PORT)) as { worker: string }).worker === 'none',
        FORGOTTEN_MS,
      );
      expect(await finish('stop')).toEqual({
        code: 0,
        output: `Stopping process ${api.pid} (--only api) …\nStopped process ${api.pid} (--only api).\n`,
      });
      expect(await api.exitCode).toBe(0);
      expect((await finish('status')).code).toBe(3);
    },
    SLOW_MS,
  );

  test('is refused with embedded parts, which live inside one process', async () => {
    const embedded = { ...shop.settings, DATABASE_URL: '', TEMPORAL_ADDRESS: '' };
    const product = runProduct(['start', '--only', 'worker'], embedded);
    expect(await product.exitCode).toBe(1);
    expect(product.output()).toBe(
      '--only worker needs DATABASE_URL and TEMPORAL_ADDRESS: embedded parts live and end with one process that does everything.\n',
    );
  });
});
