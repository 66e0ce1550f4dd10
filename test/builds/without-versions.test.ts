import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/database/schema/migrate';
import { startEmbeddedTemporal } from '../../src/embedded/temporal';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';
import { runProduct } from '../start/product';
import { useShop } from '../start/shop';

const shop = useShop();
const server = use(async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-unversioned-'));
  const [port, uiPort] = (await freePorts(2)) as [number, number];
  const { address, part } = await startEmbeddedTemporal({
    ...{ dataDir, port, uiPort, namespace: 'default', report: () => undefined },
    settings: ['system.enableDeploymentVersions=false'],
  });
  return {
    address,
    close: async () => {
      await part.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});

test('a server without versions gets unversioned workers, which deliver, and the start says so', async () => {
  await migrate(shop.db.url, () => undefined);
  const temporal = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'default' };
  const product = runProduct(['start'], { ...shop.settings, ...temporal });
  try {
    await product.ready();
    expect(product.output()).toContain('Worker Deployment Versions are disabled on this namespace');
    expect(product.output()).toContain('they are unversioned, as with WORKER_VERSIONING=off');
    await shop.db.pool.query(`
      insert into ml_orders (id, user_id) values ('o-1', 'buyer-1');
      insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', 'YT0001', 'o-1')`);
    await shop.post('/api/v1/push/register', { cid: 'phone-1', user_id: 'buyer-1' });
    const event = { carrier: 'yto', status: 'in_transit', event_time: '2026-02-06T10:00:00+08:00' };
    await shop.post('/webhook/express/status', { ...event, tracking_no: 'YT0001' });
    await eventually(() => shop.cloud.countFor('phone-1') === 1);
    const readyz = await fetch(`http://127.0.0.1:${shop.settings.PORT}/readyz`);
    expect(await readyz.json()).toMatchObject({ ok: true, worker: 'ok', alarms: [] });
  } finally {
    await product.end('SIGTERM');
  }
}, 240_000);
