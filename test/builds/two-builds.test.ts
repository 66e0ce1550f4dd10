import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/database/schema/migrate';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';
import { runProduct, type Product } from '../start/product';
import { useShop } from '../start/shop';
import { buildRelease } from './older-release';

/** The last commit whose workers had no build. */
const BEFORE_BUILDS = 'ba02364';
/** A dozen starts, and a minute and a half until nobody waits for workers that were killed. */
const SLOW_MS = 600_000;
const FORGOTTEN_MS = 150_000;

describe(`this build and ${BEFORE_BUILDS}`, () => {
  const older = use(() => buildRelease(BEFORE_BUILDS));
  const shop = useShop();
  const started: Product[] = [];
  const folders: string[] = [];
  beforeAll(() => migrate(shop.db.url, () => undefined));
  afterEach(async () => {
    await Promise.all(started.map((product) => product.end('SIGKILL')));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });

  type Build = 'older' | Record<string, string>;
  const TODAY = {};
  const NEXT = { WORKER_BUILD_ID: 'next' };

  function run(command: readonly string[], build: Build, settings: Record<string, string> = {}): Product {
    const [release, change] = build === 'older' ? [{ main: older.main }, {}] : [{}, build];
    const product = runProduct(command, { ...shop.settings, ...settings, ...change }, release);
    started.push(product);
    return product;
  }
  async function startApi(build: Build): Promise<Product> {
    const product = run(['start', '--only', 'api'], build);
    await product.ready();
    return product;
  }
  /** On a machine of its own, so to speak. */
  async function startWorker(build: Build): Promise<Product & { readonly port: string }> {
    const DATA_DIR = await mkdtemp(path.join(tmpdir(), 'waybell-builds-'));
    folders.push(DATA_DIR);
    const [port] = await freePorts(1);
    const settings = { DATA_DIR, WORKER_PORT: `${port}` };
    const product = run(['start', '--only', 'worker'], build, settings);
    await product.ready();
    return { ...product, port: `${port}` };
  }
  async function alarmsOf({ port }: { readonly port: string }): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return ((await response.json()) as { alarms: unknown }).alarms;
  }
  async function release(build: Build, ...options: string[]): Promise<string> {
    const product = run(['release', ...options], build);
    expect({ code: await product.exitCode, output: product.output() }).toMatchObject({ code: 0 });
    return product.output();
  }

  let parcels = 0;
  /** A parcel with a phone; its delivery waits for the order. */
  async function openDelivery(): Promise<number> {
    parcels += 1;
    const n = parcels;
    await shop.db.pool.query(`insert into ml_orders (id, user_id) values ($1, $2)`, [`o-${n}`, `buyer-${n}`]);
    await shop.post('/api/v1/push/register', { cid: `phone-${n}`, user_id: `buyer-${n}` });
    const event = { carrier: 'yto', status: 'in_transit', event_time: '2026-02-06T10:00:00+08:00' };
    const answer = await shop.post('/webhook/express/status', { ...event, tracking_no: `YT000${n}` });
    expect(await answer.json()).toMatchObject({ ok: true });
    await eventually(async () => {
      const { rows } = await shop.db.pool.query(
        `select from waybell.express_waits where workflow_id like 'delivery/own-system/yto/YT000${n}/%'`,
      );
      return rows.length > 0;
    });
    return n;
  }
  /** Links the order; the delivery goes on with whoever works now, and ends. */
  async function goesOn(n: number): Promise<void> {
    const url = `http://127.0.0.1:${shop.settings.PORT}/api/v1/waybills/yto/YT000${n}`;
    const answer = await fetch(url, {
      method: 'PUT',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${shop.settings['API_KEYS'] ?? ''}`,
      },
      body: JSON.stringify({ order_id: `o-${n}` }),
    });
    expect(answer.status).toBe(200);
    await eventually(() => shop.cloud.countFor(`phone-${n}`) === 1);
    await eventually(async () => {
      const { rows } = await shop.db.pool.query(
        `select from waybell.express_updates where workflow_id like 'delivery/own-system/yto/YT000${n}/%' and state = 'closed'`,
      );
      return rows.length > 0;
    });
  }

  test(
    'pass deliveries to each other in every order, in a rolling update and back, open ones too',
    async () => {
      const olderApi = await startApi('older');
      const olderWorker = await startWorker('older');
      const open = [await openDelivery(), await openDelivery(), await openDelivery()] as const;

      // The older API, and a worker of today.
      const first = await startWorker(TODAY);
      expect(await alarmsOf(first)).toEqual([]);
      await olderWorker.end('SIGTERM');
      await goesOn(open[0]);
      await goesOn(await openDelivery());

      // Two workers of today become two of the next build, one after the other.
      await olderApi.end('SIGTERM');
      await startApi(TODAY);
      const second = await startWorker(TODAY);
      const begunToday = await openDelivery();
      const third = await startWorker(NEXT);
      await eventually(async () => String(await alarmsOf(first)) === 'build-not-current');
      await first.end('SIGTERM');
      const fourth = await startWorker(NEXT);
      await second.end('SIGTERM');
      await goesOn(open[1]);
      await goesOn(await openDelivery());

      // Back again to today.
      const fifth = await startWorker(TODAY);
      expect(await alarmsOf(fifth)).toEqual(['build-not-current']);
      expect(await release(TODAY)).toMatch(
        /^Deliveries go to workers of build \S+ from now on; before: workers of build next\.\n$/,
      );
      await Promise.all([third.end('SIGTERM'), fourth.end('SIGTERM')]);
      await goesOn(begunToday);

      // And back to before builds: the API of today, and an older worker.
      const lastOlder = await startWorker('older');
      await release(TODAY, '--unversioned');
      await fifth.end('SIGTERM');
      await goesOn(open[2]);
      await goesOn(await openDelivery());

      // Nobody says a word, and the older worker dies: whoever stands by takes over.
      const begunOlder = await openDelivery();
      const sixth = await startWorker(TODAY);
      expect(await alarmsOf(sixth)).toEqual(['build-not-current']);
      await lastOlder.end('SIGKILL');
      await eventually(async () => String(await alarmsOf(sixth)) === '', FORGOTTEN_MS);
      await goesOn(begunOlder);
    },
    SLOW_MS,
  );
});
