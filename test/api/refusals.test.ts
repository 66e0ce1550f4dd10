import { createHash } from 'node:crypto';
import { request as send, Agent } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import pino from 'pino';
import { createAlarms, type Alarms } from '../../src/alarms';
import { loadConfig } from '../../src/config/config';
import { listChannelTraffic, NO_CHANNEL } from '../../src/database/channel-traffic';
import { inTransaction, openPool } from '../../src/database/pool';
import { watchDrift } from '../../src/doctor/drift-watch';
import type { Channel } from '../../src/intake/channels/channels';
import { DEFAULT_CONDITIONS } from '../../src/intake/channels/file';
import { countTraffic } from '../../src/intake/channels/traffic';
import type { WebhookRequest } from '../../src/sources/source';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';
import { formRequest } from '../sources/requests';
import { openApiLab, unique, type Api, type ApiLab } from './api-lab';
import { openChannelLab, type ChannelLab } from './channel-lab';

const SECRET = 'the-salt-of-the-shop';
const OTHER = 'another-salt';
const PATIENCE_MS = 30_000;

type Json = Record<string, unknown>;

const lab: ApiLab = use(openApiLab);
const channels: ChannelLab = use(() =>
  openChannelLab(lab, [
    { source: 'kuaidi100', secret: SECRET },
    { source: 'aftership', secret: SECRET },
  ]),
);
const [KUAIDI100, AFTERSHIP] = [0, 1];

afterEach(() =>
  lab.db.pool.query(
    'delete from waybell.channel_states; delete from waybell.channel_spans; delete from waybell.channel_refusals',
  ),
);

/** A push of Kuaidi100 about one number, signed with this salt. */
function push(trackingNo: string, salt: string): WebhookRequest {
  const data = [{ time: '2026-11-29 08:00:00', context: '已揽收' }];
  const param = JSON.stringify({
    ...{ status: 'polling', message: '' },
    lastResult: { nu: trackingNo, com: 'yunda', state: '1', data },
  });
  const sign = createHash('md5').update(param).update(salt).digest('hex');
  return formRequest({ param, sign });
}

const post = (request: WebhookRequest, which = KUAIDI100, source = 'kuaidi100'): Promise<unknown> =>
  channels.post(source, channels.tokens[which] ?? '', request);

const traffic = () => inTransaction(lab.db.pool, listChannelTraffic);

/** What the API says of one channel, once all of it is written. */
async function untilWritten(channel: string | null, refused: number, accepted = 0): Promise<Json> {
  let found: Json | undefined;
  await eventually(async () => {
    const { json } = await channels.get('/api/v1/channels');
    found = (json['channels'] as Json[]).find((one) => one['channel'] === channel);
    const { day } = (found ?? {}) as { day?: Json };
    return day?.['refused'] === refused && day['accepted'] === accepted;
  }, PATIENCE_MS);
  return found as Json;
}

describe('a request that is refused at the URL of a channel', () => {
  test('is kept with its reason, its header or field, its address and its number, and never with its body', async () => {
    const number = `K${unique()}`;
    await post(push(number, SECRET));
    for (let times = 0; times < 4; times += 1) await post(push(number, OTHER));
    const seen = await untilWritten('channel-0', 4, 1);
    expect(seen).toMatchObject({
      ...{ source: 'kuaidi100', refused_in_a_row: 4, hour: { accepted: 1, refused: 4 } },
      ...{ accepted_at: expect.any(String), refused_at: expect.any(String) },
      refusals: [
        {
          ...{ reason: 'field-mismatch', place: 'sign', found: null, address: '127.0.0.1' },
          ...{ tracking_no: number, times: 4 },
          explanation: { en: 'the signature does not fit (field sign)', zh: '签名不符（字段 sign）' },
        },
      ],
    });
    const line = channels
      .logged()
      .split('\n')
      .find((one) => one.includes('webhook refused') && one.includes(number));
    expect(JSON.parse(line ?? '')).toMatchObject({
      ...{ source: 'kuaidi100', channel: 'channel-0', address: '127.0.0.1', code: 'signature-invalid' },
      ...{ reason: 'field-mismatch', place: 'sign', trackingNos: [number] },
      msg: 'webhook refused: the signature does not fit (field sign)',
    });
    const { text } = await channels.get('/metrics');
    expect(text).toMatch(
      /^waybell_channel_webhooks_total\{source="kuaidi100",channel="channel-0",result="field-mismatch"\} \d+$/m,
    );
    const { rows } = await lab.db.pool.query<Json>('select * from waybell.channel_refusals');
    expect(JSON.stringify(rows)).not.toContain('已揽收');
  });

  test('names the header that is missing, and one that may be meant', async () => {
    const request = {
      body: Buffer.from('{}'),
      headers: { 'content-type': 'application/json', 'x-new-signature': 'secret-value' },
    };
    await post(request, AFTERSHIP, 'aftership');
    expect(await untilWritten('channel-1', 1)).toMatchObject({
      refusals: [
        {
          ...{ reason: 'header-missing', place: 'aftership-hmac-sha256', found: 'x-new-signature' },
          explanation: {
            en: 'the header aftership-hmac-sha256 is missing, and there is x-new-signature',
            zh: '缺少请求头 aftership-hmac-sha256，现有 x-new-signature',
          },
        },
      ],
    });
    expect(channels.logged()).not.toContain('secret-value');
  });

  test('is kept as too large when it is', async () => {
    await post({ ...push('K1', SECRET), body: Buffer.alloc(1024 * 1024 + 1) });
    expect(await untilWritten('channel-0', 1)).toMatchObject({
      refusals: [{ reason: 'body-too-large', tracking_no: null }],
    });
  });

  test('is what is told of a number that came in no other, and beside what was accepted', async () => {
    const number = `K${unique()}`;
    expect((await channels.get(`/api/v1/deliveries?name=${number}`)).status).toBe(404);
    await post(push(number, OTHER));
    await untilWritten('channel-0', 1);
    const refused = [
      {
        ...{ source: 'kuaidi100', channel: 'channel-0', tracking_no: number, times: 1 },
        explanation: { en: 'the signature does not fit (field sign)', zh: expect.any(String) },
      },
    ];
    // In any spelling, as everywhere.
    const asked = `/api/v1/deliveries?name=${number.toLowerCase()}`;
    expect(await channels.get(asked)).toMatchObject({ status: 200, json: { deliveries: [], refused } });
    await post(push(number, SECRET));
    await eventually(async () => {
      const { json } = await channels.get(asked);
      return (json['deliveries'] as unknown[]).length === 1;
    }, PATIENCE_MS);
    expect((await channels.get(asked)).json).toMatchObject({ refused });
    await untilWritten('channel-0', 1, 1);
  });

  test('leaves the last hundred numbers of its channel, however many there are', async () => {
    const numbers = Array.from({ length: 130 }, (_, index) => `K${1_000 + index}`);
    for (const number of numbers) await post(push(number, OTHER));
    await untilWritten('channel-0', 130);
    const { rows } = await lab.db.pool.query<{ tracking_no: string }>(
      'select tracking_no from waybell.channel_refusals order by last_at, id',
    );
    expect(rows.map((row) => row.tracking_no)).toEqual(numbers.slice(-100));
  });
});

describe('the shop’s own route', () => {
  const body = JSON.stringify({
    ...{ carrier: 'yto', tracking_no: 'YT_REFUSED_1', status: 'delivered' },
    event_time: 'yesterday',
  });

  test('keeps no number of who proves nothing, and counts them as nobody’s', async () => {
    const api = await lab.serve({ WEBHOOK_SECRETS: `whsec_${Buffer.alloc(24, 7).toString('base64')}` });
    await api.call('POST', '/webhook/express/status', {
      body,
      headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' },
    });
    expect(await untilWritten(null, 1)).toMatchObject({
      source: 'own-system',
      refusals: [{ reason: 'header-missing', place: 'webhook-timestamp', tracking_no: null }],
    });
    await api.close();
  });
});

/** Posts to URLs that belong to no channel, many at once, over kept connections. */
async function postAsStrangers(api: Api, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const { body } = push('K-STRANGE-1', OTHER);
  const postOne = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const outgoing = send(`${api.url}/webhooks/kuaidi100/nobodys-token-${index}`, {
        agent,
        method: 'POST',
      });
      outgoing.on('response', (response) => response.resume().on('end', resolve)).on('error', reject);
      outgoing.end(body);
    });
  for (let sent = 0; sent < count; sent += 500)
    await Promise.all(Array.from({ length: 500 }, (_, index) => postOne(sent + index)));
  agent.destroy();
}

/** Counts the statements of a pool. */
function countingPool(url: string): { readonly pool: pg.Pool; readonly statements: () => number } {
  const pool = openPool(url, () => undefined);
  let statements = 0;
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      statements += 1;
      return query(...args);
    }) as typeof client.query;
  });
  return { pool, statements: () => statements };
}

/** Of one address in a minute; the rest is turned away uncounted. */
const ANSWERED = 300;

test('two thousand requests of strangers cost no statement each, keep no number, and raise no alarm', async () => {
  const { pool, statements } = countingPool(lab.db.url);
  const counts = countTraffic({ pool, log: pino({ level: 'silent' }), intervalMs: 1_000 });
  const api = await lab.serve({}, { traffic: counts, channels: channelsOf() });
  const before = Date.now();
  await postAsStrangers(api, 2_000);
  await counts.close();
  // Begin, four statements and commit, once a second.
  expect(statements()).toBeLessThanOrEqual(6 * ((Date.now() - before) / 1_000 + 2));
  expect(await traffic()).toMatchObject([
    {
      ...{ source: 'kuaidi100', channel: NO_CHANNEL, day: { accepted: 0, refused: ANSWERED } },
      refusals: [{ reason: 'channel-unknown', trackingNo: '', times: ANSWERED }],
    },
  ]);
  const alarms = await untilLooked();
  expect(alarms.active()).toEqual([]);
  await api.close();
  await pool.end();
});

/** Nobody has opened a channel there. */
const channelsOf = () => ({
  find: () => Promise.resolve(undefined),
  findFormer: () => Promise.resolve(undefined),
  findByName: () => Promise.resolve(undefined),
});

/** What one look raises. */
async function untilLooked(): Promise<Alarms> {
  const { alarms, looks, stop } = startWatch();
  await eventually(() => looks() > 0, PATIENCE_MS);
  await stop();
  return alarms;
}

function startWatch() {
  const log = pino({ level: 'silent' });
  const own = createAlarms(log);
  let looks = 0;
  const said: string[] = [];
  const alarms: Alarms = {
    ...own,
    setEach(name, troubles) {
      own.setEach(name, troubles);
      if (name !== 'webhooks-refused') return;
      looks += 1;
      said.push(troubles.map(({ sentence }) => sentence).join(' '));
    },
  };
  const { shopTables, allowedTriggers } = loadConfig({});
  const watch = watchDrift({ pool: lab.db.pool, shopTables, allowedTriggers, alarms, log, intervalMs: 100 });
  return { alarms, looks: () => looks, said, stop: () => watch.stop() };
}

test('the alarm begins with the third refusal in a row, and ends by itself with what is accepted', async () => {
  const { alarms, said, looks, stop } = startWatch();
  const isOn = (): boolean => alarms.active().includes('webhooks-refused');
  await post(push(`K${unique()}`, OTHER));
  await post(push(`K${unique()}`, OTHER));
  await untilWritten('channel-0', 2);
  const two = looks();
  await eventually(() => looks() > two + 1, PATIENCE_MS);
  expect(isOn()).toBe(false);
  await post(push(`K${unique()}`, OTHER));
  await eventually(isOn, PATIENCE_MS);
  expect(said.at(-1)).toBe(
    'kuaidi100 channel-0 refuses what comes: the signature does not fit (field sign).',
  );
  await post(push(`K${unique()}`, SECRET));
  await eventually(() => !isOn(), PATIENCE_MS);

  for (let times = 0; times < 3; times += 1) await post(push(`K${unique()}`, OTHER));
  await eventually(isOn, PATIENCE_MS);
  await lab.db.pool.query(`update waybell.channel_states set refused_at = now() - interval '61 minutes'`);
  await eventually(() => !isOn(), PATIENCE_MS);
  await stop();
});

test('several processes add up, and what cannot be written is kept until it can', async () => {
  const log = pino({ level: 'silent' });
  const both = [1, 2].map(() => countTraffic({ pool: lab.db.pool, log, intervalMs: 50 }));
  await lab.db.pool.query('alter table waybell.channel_spans rename to channel_spans_away');
  const why = { reason: 'header-mismatch', place: 'sign', found: '' } as const;
  const refusal = {
    source: 'sf',
    channel: 'main',
    why,
    address: '203.0.113.7',
    trackingNos: ['SF1000000001'],
  };
  for (const one of both) {
    one.accepted('sf', 'main');
    one.refused(refusal);
    // Over some writes that fail.
    await new Promise((resolve) => setTimeout(resolve, 200));
    one.refused(refusal);
  }
  await lab.db.pool.query('alter table waybell.channel_spans_away rename to channel_spans');
  await Promise.all(both.map((one) => one.close()));
  expect(await traffic()).toMatchObject([
    {
      ...{ source: 'sf', channel: 'main', day: { accepted: 2, refused: 4 }, refusedInARow: 2 },
      refusals: [{ times: 4, address: '203.0.113.7', trackingNo: 'SF1000000001' }],
    },
  ]);
});

test('a URL that has expired is told apart from one that never was', async () => {
  const former: Channel = {
    ...{ ...DEFAULT_CONDITIONS, source: 'kuaidi100', name: 'channel-0', unsigned: false },
    secretsAt: () => [SECRET],
  };
  const api = await lab.serve(
    {},
    { channels: { ...channelsOf(), findFormer: () => Promise.resolve(former) } },
  );
  const { body, headers } = push('K1234567', SECRET);
  const answer = await api.call('POST', '/webhooks/kuaidi100/the-old-token', {
    body,
    headers: headers as Record<string, string>,
  });
  expect(answer).toMatchObject({
    status: 401,
    json: { message: 'the URL of channel channel-0 has expired' },
  });
  // Whoever has read it somewhere may send to it.
  expect(await untilWritten(null, 1)).toMatchObject({
    refusals: [{ reason: 'url-expired', place: 'channel-0', tracking_no: null }],
  });
  await api.close();
});
