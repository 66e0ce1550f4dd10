import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/schema/migrate';
import { eventually } from '../setup/processes';
import { runProduct, type Product } from './product';
import { useShop } from './shop';

/** Four starts on a busy machine. */
const SLOW_MS = 300_000;
const WEBHOOK_INTERVAL_MS = 100;
/** More than are sent in the time of the test. */
const PARCELS = 2_000;
const SENDER_PAUSE_MS = 250;

const started: Product[] = [];

const shop = useShop();
beforeAll(async () => {
  await migrate(shop.db.url, () => undefined);
  await shop.db.pool.query(
    `insert into ml_orders (id, user_id)
     select 'order-' || n, 'buyer-' || n from generate_series(1, $1::int) n`,
    [PARCELS],
  );
  await shop.db.pool.query(
    `insert into platform_express_waybills (carrier, tracking_no, order_id)
     select 'yto', 'LOAD' || n, 'order-' || n from generate_series(1, $1::int) n`,
    [PARCELS],
  );
  await shop.db.pool.query(
    `insert into push_devices (appid, cid, user_id)
     select 'default', 'phone-' || n, 'buyer-' || n from generate_series(1, $1::int) n`,
    [PARCELS],
  );
});
afterEach(() => Promise.all(started.splice(0).map((product) => product.end('SIGKILL'))));

async function start(role: 'api' | 'worker'): Promise<Product> {
  const product = runProduct(['start', '--only', role], shop.settings);
  started.push(product);
  await product.ready();
  return product;
}

/** Sends as a carrier does: until it is told that the webhook was received. */
async function send(parcel: number): Promise<void> {
  const webhook = {
    carrier: 'yto',
    tracking_no: `LOAD${parcel}`,
    status: 'delivered',
    event_time: '2026-02-06T10:00:00+08:00',
  };
  for (;;) {
    const answer = await shop.post('/webhook/express/status', webhook).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(SENDER_PAUSE_MS);
  }
}

test(
  'worker and api are stopped and started again under load: every acknowledged webhook is pushed, and once',
  async () => {
    const [api, worker] = await Promise.all([start('api'), start('worker')]);
    let over = false;
    const load = (async () => {
      const sent: Promise<void>[] = [];
      while (!over) {
        sent.push(send(sent.length + 1));
        await sleep(WEBHOOK_INTERVAL_MS);
      }
      await Promise.all(sent);
      return sent.length;
    })();

    await eventually(() => shop.cloud.requests.length >= 10);
    const release = shop.cloud.hold();
    const before = shop.cloud.requests.length;
    await eventually(() => shop.cloud.requests.length > before);
    // Some more join it. All are answered in time, as a push that is given up after 5 s would come again.
    await sleep(500);
    const workerEnd = worker.end('SIGTERM');
    await sleep(1_000);
    release();
    expect(await workerEnd).toBe(0);
    await start('worker');

    expect(await api.end('SIGTERM')).toBe(0);
    await start('api');
    over = true;

    const parcels = await load;
    const phones = Array.from({ length: parcels }, (_, index) => `phone-${index + 1}`);
    await eventually(() => phones.every((cid) => shop.cloud.countFor(cid) > 0));
    await eventually(async () => {
      const { rows } = await shop.db.pool.query<{ count: number }>(
        `select count(*)::int from express_notifications where send_status = 'success'`,
      );
      return rows[0]?.count === parcels;
    });
    expect(phones.filter((cid) => shop.cloud.countFor(cid) !== 1)).toEqual([]);
  },
  SLOW_MS,
);
