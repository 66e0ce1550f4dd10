import { describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { migrate } from '../../src/database/schema/migrate';
import { SWEEP_GOES_ON } from '../../src/shipment/attention';
import { RETENTION_SCHEDULE_ID, SWEEP_SCHEDULE_ID } from '../../temporal/schedules';
import { accepted, refused, starting } from '../setup/cloud-function';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';
import { runProduct } from '../start/product';
import { useShop } from '../start/shop';
import { PROXIES, startPayloadProxy } from './payload-proxy';
import { readStored, type Stored } from './stored-payloads';

const ENCRYPTED = 'binary/encrypted';
/** All ways in which something is encoded there. */
const encodingsOf = ({ encodings }: Stored): string[] => [...new Set(Object.values(encodings))];
const PLACE = '上海浦东转运中心';

describe.each(PROXIES)('with $name between Waybell and Temporal', ({ kind }) => {
  const shop = useShop();
  /** Sees what the server has stored. */
  let server: Client;
  const scan = (trackingNo: string, status: string, hour: number) => ({
    carrier: 'yto',
    tracking_no: trackingNo,
    status,
    event_text: `快件已到达${PLACE}`,
    event_time: `2026-02-06T${hour}:00:00+08:00`,
  });

  async function deliver(body: object): Promise<string> {
    const answer = await shop.post('/webhook/express/status', body, { prefer: 'wait=10' });
    expect(answer.status).toBe(200);
    const { workflow_id } = (await answer.json()) as { workflow_id: string };
    return workflow_id;
  }

  /** A Waybell behind the proxy, and a delivery that began before that. */
  const stage = use(async () => {
    await migrate(shop.db.url, () => undefined);
    await shop.db.pool.query(`
      insert into ml_orders (id, user_id) values ('order-1', 'buyer-of-medicine'), ('order-2', 'late-buyer'),
        ('order-3', 'third-buyer'), ('order-4', 'fourth-buyer'), ('order-5', 'fifth-buyer');
      insert into platform_express_waybills (carrier, tracking_no, order_id)
        values ('yto', 'YT0001', 'order-1'), ('yto', 'YT0002', 'order-2'), ('yto', 'YT0003', 'order-3'),
          ('yto', 'YT0004', 'order-4'), ('yto', 'YT0005', 'order-5');
    `);
    const namespace = shop.settings['TEMPORAL_NAMESPACE'] ?? '';
    server = new Client({ connection: shop.temporal.connection, namespace });

    const without = runProduct(['start'], shop.settings);
    await without.ready();
    shop.cloud.answer('phone-4', refused);
    await shop.post('/api/v1/push/register', { cid: 'phone-4', user_id: 'fourth-buyer' });
    const begunBefore = await deliver(scan('YT0004', 'in_transit', 10));
    await eventually(() => shop.cloud.countFor('phone-4') === 1);
    await without.end('SIGTERM');

    const proxy = await startPayloadProxy(kind, shop.temporal.address, namespace);
    const settings = { ...shop.settings, TEMPORAL_ADDRESS: proxy.address };
    const product = runProduct(['start'], settings);
    await product.ready();
    const connection = await Connection.connect({ address: proxy.address });
    return {
      settings,
      throughProxy: new Client({ connection, namespace }),
      proxy,
      begunBefore,
      close: async () => {
        await product.end('SIGTERM');
        await proxy.close();
      },
    };
  });

  /** What a command of a Waybell that runs says. */
  async function waybell(...command: string[]): Promise<string> {
    const asked = runProduct(command, stage.settings);
    await asked.exitCode;
    return asked.output();
  }

  const isClosed = async (workflowId: string): Promise<boolean> =>
    (await server.workflow.getHandle(workflowId).describe()).status.name !== 'RUNNING';

  test('a delivery is told, and the server has nothing of it but ciphertext, ids and search attributes', async () => {
    await shop.post('/api/v1/push/register', { cid: 'phone-1', user_id: 'buyer-of-medicine' });
    const workflowId = await deliver(scan('YT0001', 'in_transit', 10));
    await eventually(() => shop.cloud.countFor('phone-1') === 1);
    await eventually(() => isClosed(workflowId));

    const stored = await readStored(server, workflowId);
    expect(Object.values(stored.encodings).length).toBeGreaterThan(8);
    expect(encodingsOf(stored)).toEqual([ENCRYPTED]);
    expect(stored.text).not.toContain(PLACE);
    expect(stored.text).not.toContain('phone-1');
    // What people search for, and the name of the workflow, cannot be encrypted.
    expect(stored.text).toContain('YT0001');
    expect(stored.text).toContain('buyer-of-medicine');

    const read = await readStored(stage.throughProxy, workflowId);
    expect(Object.values(read.encodings)).not.toContain(ENCRYPTED);
    expect(read.text).toContain('yto YT0001: in_transit');
  });

  test('why, progress, retry by signal and by update, and the list of what waits go on', async () => {
    await shop.post('/api/v1/push/register', { cid: 'phone-2', user_id: 'late-buyer' });
    shop.cloud.answer('phone-2', refused);
    const workflowId = await deliver(scan('YT0002', 'in_transit', 10));
    await eventually(() => shop.cloud.countFor('phone-2') === 1);
    await eventually(async () => (await waybell('attention')).includes('YT0002'));
    expect(await waybell('why', 'YT0002')).toContain('title size over limit');
    expect(await waybell('retry', 'YT0002', '--reason', 'the merchant called')).toContain('YT0002');
    await eventually(() => shop.cloud.countFor('phone-2') === 2);

    const handle = stage.throughProxy.workflow.getHandle(workflowId);
    await eventually(async () => JSON.stringify(await handle.query('progress')).includes('push-failed'));
    await handle.signal('retry', { operator: 'li', reason: 'once more' });
    await eventually(() => shop.cloud.countFor('phone-2') === 3);
    await eventually(async () => JSON.stringify(await handle.query('progress')).includes('push-failed'));
    await handle.executeUpdate('retryNow', { args: [{ operator: 'li', reason: 'and again' }] });
    await eventually(() => shop.cloud.countFor('phone-2') === 4);

    const stored = await readStored(server, workflowId);
    expect(stored.text).not.toMatch(/the merchant called|once more|and again|title size over limit/);
  });

  test('what a step fails with is read through the proxy alone', async () => {
    await shop.post('/api/v1/push/register', { cid: 'phone-5', user_id: 'fifth-buyer' });
    shop.cloud.answer('phone-5', starting);
    const workflowId = await deliver(scan('YT0005', 'in_transit', 10));
    await eventually(async () => (await waybell('why', 'YT0005')).includes('PushRetryLater'));
    const failing = async (client: Client) => (await readStored(client, workflowId)).text;
    expect(await failing(server)).toContain('PushRetryLater');
    if (kind.encryptsFailures) expect(await failing(server)).not.toContain('uni-cloud-push-error-2');
    expect(await failing(stage.throughProxy)).toContain('uni-cloud-push-error-2');
    shop.cloud.answer('phone-5', accepted('phone-5'));
    await eventually(() => isClosed(workflowId), 120_000);
  });

  test('the schedules run, and doctor finds nothing wrong with Temporal', async () => {
    for (const id of [SWEEP_SCHEDULE_ID, RETENTION_SCHEDULE_ID]) {
      const schedule = server.schedule.getHandle(id);
      await schedule.trigger();
      await eventually(async () => {
        const { info } = await schedule.describe();
        const last = info.recentActions.at(-1)?.action;
        if (last?.type !== 'startWorkflow') return false;
        const { status, raw } = await server.workflow.getHandle(last.workflow.workflowId).describe();
        // A sweep goes on for hours.
        const lastTry = raw.pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type;
        return status.name === 'COMPLETED' || lastTry === SWEEP_GOES_ON;
      });
    }
    const said = await waybell('doctor');
    expect(
      said
        .split('\n')
        .filter((line) => /problem/.test(line) && /temporal|sweep|retention|pollers/.test(line)),
    ).toEqual([]);
  });

  test('what a delivery was started with is read again when its scan comes in another version', async () => {
    await shop.post('/api/v1/push/register', { cid: 'phone-3', user_id: 'third-buyer' });
    const named = { ...scan('YT0003', 'in_transit', 11), event_id: 'scan-7' };
    const first = await deliver(named);
    await eventually(() => isClosed(first));
    expect(await deliver(named)).toBe(first);
    expect(await deliver({ ...named, event_time: '2026-02-06T11:30:00+08:00' })).toMatch(`${first}~`);
  });

  test('a newer key encrypts from now on, and what the older one has encrypted goes on', async () => {
    await stage.proxy.rotate();
    expect(await waybell('retry', 'YT0002', '--reason', 'the key is new')).toContain('YT0002');
    await eventually(() => shop.cloud.countFor('phone-2') === 5);
    const workflowId = await deliver(scan('YT0001', 'delivered', 12));
    await eventually(() => shop.cloud.countFor('phone-1') === 2);
    await eventually(() => isClosed(workflowId));
    expect(encodingsOf(await readStored(server, workflowId))).toEqual([ENCRYPTED]);
  });

  test('a delivery that began without the proxy ends with it', async () => {
    shop.cloud.answer('phone-4', accepted('phone-4'));
    expect(await waybell('retry', 'YT0004', '--reason', 'encrypted by now')).toContain('YT0004');
    await eventually(() => isClosed(stage.begunBefore));
    expect(encodingsOf(await readStored(server, stage.begunBefore)).sort()).toEqual([
      ENCRYPTED,
      'json/plain',
    ]);
  });
});
