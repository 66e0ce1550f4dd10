import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/schema/migrate';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { runProduct, type Product } from './product';
import { useShop } from './shop';

/** Three starts on a busy machine. */
const SLOW_MS = 240_000;

const shop = useShop();
const started: Product[] = [];
beforeAll(() => migrate(shop.db.url, () => undefined));
afterEach(() => Promise.all(started.map((product) => product.end('SIGKILL'))));

test(
  'api alone takes webhooks while PostgreSQL and Temporal are away, also when it starts, and delivers them later',
  async () => {
    const [nowhere] = await freePorts(1);
    const away = {
      DATABASE_URL: `postgresql://nobody@127.0.0.1:${nowhere}/none`,
      TEMPORAL_ADDRESS: `127.0.0.1:${nowhere}`,
    };
    const lonely = run({ ...shop.settings, ...away });
    await eventually(() => lonely.output().includes('PostgreSQL does not answer'));
    const answer = await shop.post('/webhook/express/status', {
      carrier: 'yto',
      tracking_no: 'YT0001',
      status: 'in_transit',
      event_time: '2026-02-06T10:00:00+08:00',
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ ok: true, handed_over: false });
    expect(await lonely.end('SIGKILL')).toBeNull();

    const api = run(shop.settings);
    await api.ready();
    await eventually(async () => {
      const readyz = await fetch(`http://127.0.0.1:${shop.settings.PORT}/readyz`);
      const { journal } = (await readyz.json()) as { journal: { waiting: number } };
      return journal.waiting === 0;
    });
    await eventually(async () => {
      const { rows } = await shop.db.pool.query('select verdict from waybell.webhooks');
      return rows.length === 1;
    });
    expect(await api.end('SIGTERM')).toBe(0);
  },
  SLOW_MS,
);

function run(settings: Record<string, string>): Product {
  const product = runProduct(['start', '--only', 'api'], settings);
  started.push(product);
  return product;
}
