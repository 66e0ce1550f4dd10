import { afterEach, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Writable } from 'node:stream';
import pino from 'pino';
import { createAlarms } from '../../src/alarms';
import { showDelivery } from '../../src/cli/show-delivery';
import { loadConfig } from '../../src/config/config';
import { providers } from '../../src/doctor/checks/pushing';
import { asPublished, examine } from '../../src/doctor/examine';
import { watchProviders } from '../../src/doctor/provider-watch';
import { serveDeliveries } from '../api/delivery-api';
import { eventually, LAB_TIMERS, useLab } from '../setup/delivery-lab';
import { use } from '../setup/use';

const timers = { ...LAB_TIMERS, retryScale: 1 / 100 };
const broken = { status: 503, body: { trouble: 'maintenance' } };

const lab = useLab();
const logged: string[] = [];
const log = pino(
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString());
      done();
    },
  }),
);
const alarms = createAlarms(log);
const api = use(() => serveDeliveries(lab, { alarms }));
// As a process that has no worker: it knows what the workers have written.
const watch = use(() => {
  const started = watchProviders({ pool: lab.db.pool, alarms, log, intervalMs: 100 });
  return Promise.resolve({ close: () => started.stop() });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const isOn = (): boolean => alarms.active().includes('provider-down');
const metric = async (name: string): Promise<string | undefined> =>
  (await api.call('GET', '/metrics')).text.split('\n').find((line) => line.startsWith(name));

test('three requests that fail are an alarm wherever anybody looks, and the first success ends it', async () => {
  expect(watch).toBeDefined();
  const parcel = await lab.parcel({ user: 1, merchant: 1 });
  const [phone = '', other = ''] = parcel.cids;
  lab.cloud.answer(phone, broken, broken, { status: 503, body: 'the last of them' });
  lab.cloud.answer(other, broken);
  const lines: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));

  await lab.withWorker(
    async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const { workflowId } = handle;
      const config = loadConfig({
        TEMPORAL_PORT: lab.temporal.address.split(':').at(-1) ?? '',
        TEMPORAL_NAMESPACE: lab.temporal.namespace,
      });
      const shown = showDelivery(config, { workflowId, temporalUi: '', otherwise: '' });
      await eventually(() => Promise.resolve(isOn()));
      // What `waybell send` says of it does not wait for the end.
      await eventually(() =>
        Promise.resolve(lines.some((line) => line.startsWith('failing    pushToDevice'))),
      );
      expect(lines.join('\n')).toMatch(
        /failing {4}pushToDevice: PushRetryLater: provider_5xx: HTTP 503 .*; it is tried again/,
      );

      const ready = await api.call('GET', '/readyz');
      expect([ready.status, ready.json]).toEqual([
        200,
        expect.objectContaining({ ok: true, alarms: ['provider-down'] }),
      ]);
      const { json } = await api.call('GET', '/api/v1/attention?kind=provider-down');
      expect(json).toMatchObject({
        overdue: 1,
        attention: [
          {
            words: expect.stringMatching(/^unicloud has taken no push since .* with provider_5xx: HTTP 503/),
            alarm: true,
            why: 'every request to it fails',
            ends_by: 'the provider takes a push again',
          },
        ],
      });
      const list = await api.call('GET', '/api/v1/providers');
      expect(list.json).toMatchObject({ down: [{ provider: 'unicloud', reason: 'provider_5xx' }] });
      const findings = await examine([providers], {
        config: loadConfig({}),
        idle: [],
        supabase: { secret: undefined, keys: [] },
        running: [],
        database: () => Promise.resolve({ url: lab.db.url, pool: lab.db.pool }),
        temporal: () => Promise.resolve(lab.temporal.client),
        clock: Date.now,
      });
      expect(findings.map(asPublished)).toMatchObject([
        {
          level: 'problem',
          message: expect.stringMatching(/^provider-down: unicloud has taken no push since/),
        },
      ]);
      expect(await metric('waybell_alarm{name="provider-down"}')).toMatch(/ 1$/);
      expect(await metric('waybell_provider_down{provider="unicloud"')).toMatch(/reason="provider_5xx"} 1$/);
      expect(logged.join('')).toContain('alarm: provider-down: unicloud has taken no push since');

      for (const cid of parcel.cids) lab.cloud.answer(cid);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      await eventually(() => Promise.resolve(!isOn()));
      expect(logged.join('')).toContain('alarm over: provider-down');
      expect(await metric('waybell_alarm{name="provider-down"}')).toMatch(/ 0$/);
      await shown;
    },
    undefined,
    { timers },
  );
});

test('failures beside successes are none', async () => {
  const parcels = await Promise.all(Array.from({ length: 4 }, () => lab.parcel({ user: 1, merchant: 1 })));
  await lab.withWorker(
    async () => {
      for (const parcel of parcels) {
        const [cid = ''] = parcel.cids;
        lab.cloud.answer(cid, broken, broken, {
          body: { errCode: 0, data: { RASS_1: { [cid]: 'successed_online' } } },
        });
        expect(await (await lab.start(parcel, 'delivered', 1)).result()).toMatchObject({
          outcome: 'success',
        });
        await sleep(300);
        expect(isOn()).toBe(false);
      }
    },
    undefined,
    { timers },
  );
});

test('nobody who uses the provider any more ends it with a release', async () => {
  await lab.db.pool.query(
    `insert into waybell.provider_failures (provider, failures, reason, words) values ('fcm', 3, 'timeout', '')`,
  );
  await eventually(() => Promise.resolve(isOn()));
  await api.call('POST', '/api/v1/providers/fcm/release');
  await eventually(() => Promise.resolve(!isOn()));
});
