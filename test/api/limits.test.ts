import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import jwt from 'jsonwebtoken';
import { openBodyRoom } from '../../src/api/body-room';
import { subscriberOf } from '../../src/api/caller-address';
import { fewLines } from '../../src/api/few-lines';
import { BODY_ROOMS, bodyBytes, readBody } from '../../src/api/request-body';
import { loadConfig } from '../../src/config/config';
import { listen } from '../push/local-server';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';
import { openApiLab, unique, type Api } from './api-lab';
import { catchLog } from './caught-log';
import { openChannelLab } from './channel-lab';

const MIB = 1024 * 1024;
const KEY = 'f'.repeat(48);
const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const STANDARD_KEY = Buffer.alloc(24, 7);
const SIGNED = { WEBHOOK_SECRETS: `whsec_${STANDARD_KEY.toString('base64')}` };
const OWN_ROUTE = '/webhook/express/status';

const lab = use(openApiLab);
const channels = use(() =>
  openChannelLab(lab, [
    { source: 'sendcloud', secret: 'a-secret' },
    { source: 'kuaidi100', secret: 'a-secret' },
  ]),
);

/** A scan of the shop's own system, signed. */
function signedScan(): { readonly body: string; readonly headers: Record<string, string> } {
  const body = JSON.stringify({
    ...{ carrier: 'yto', tracking_no: `YT${unique()}`, status: 'in_transit', event_id: unique() },
    ...{ event_time: new Date().toISOString(), event_text: '运输中' },
  });
  const [id, timestamp] = [unique(), String(Math.floor(Date.now() / 1_000))];
  const signature = createHmac('sha256', STANDARD_KEY).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    body,
    headers: {
      ...{ 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp },
      'webhook-signature': `v1,${signature}`,
    },
  };
}

const post = (api: Api, { body, headers } = signedScan(), more = {}) =>
  api.call('POST', OWN_ROUTE, { body, headers: { ...headers, ...more } });

/** A head, to be written by hand. */
const head = (path: string, headers: readonly string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n');

interface Line {
  readonly socket: Socket;
  /** Everything that came so far. */
  heard(): string;
}

async function open(api: Api): Promise<Line> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString())).on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, heard: () => heard };
}

describe('the body of a request that shows nothing is not read', () => {
  const JSON_TYPE = 'Content-Type: application/json';
  const refusals = (): [what: string, path: string, headers: string[], words: string][] => [
    ['no channel', '/webhooks/kuaidi100/nobodys-token', [], 'the URL belongs to no channel'],
    [
      'no header',
      `/webhooks/sendcloud/${channels.tokens[0] ?? ''}`,
      [JSON_TYPE],
      'sendcloud-signature is missing',
    ],
  ];

  test('at a URL of no channel, and without the header of a proof: the answer comes before the body', async () => {
    const api = { url: channels.url } as Api;
    for (const [what, path, headers, words] of refusals()) {
      const line = await open(api);
      line.socket.write(head(path, [...headers, `Content-Length: ${MIB}`]));
      await eventually(() => line.heard() !== '');
      expect([what, line.heard()]).toEqual([what, expect.stringMatching(/^HTTP\/1\.1 401/)]);
      expect(line.heard()).toContain(words);
      // Who never sends the rest keeps no connection.
      expect(line.heard()).toContain('Connection: close');
      await eventually(() => line.socket.readyState !== 'open');
    }
  });

  test('nor at the route of the shop, when webhooks are signed', async () => {
    const api = await lab.serve(SIGNED);
    const line = await open(api);
    line.socket.write(head(OWN_ROUTE, [JSON_TYPE, `Content-Length: ${MIB}`]));
    await eventually(() => line.heard() !== '');
    expect(line.heard()).toContain('"code":"signature-missing"');
  });

  test('and who sends all of it first finds the answer', async () => {
    const api = await lab.serve(SIGNED);
    for (let times = 0; times < 20; times += 1) {
      const body = Buffer.alloc(MIB, 'x');
      const answer = await api.call('POST', OWN_ROUTE, {
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.json).toMatchObject({ code: 'signature-missing' });
    }
  });
});

describe('four hundred connections with a mebibyte each', () => {
  const MANY = 400;
  const LOOK_LIKE_ONE = ['webhook-id: a', 'webhook-timestamp: 1', 'webhook-signature: v1,AAAA'];

  /** Sends all but the end of a body over each, and leaves them open. */
  async function flood(api: Api, headers: readonly string[], body: Buffer): Promise<Line[]> {
    const lines: Line[] = [];
    for (let opened = 0; opened < MANY; opened += 50) {
      const some = await Promise.all(Array.from({ length: 50 }, () => open(api)));
      for (const { socket } of some) {
        socket.write(head(OWN_ROUTE, [...headers, `Content-Length: ${MIB}`]));
        socket.write(body);
      }
      lines.push(...some);
      await delay(50);
    }
    return lines;
  }

  const plain = Buffer.alloc(MIB - 1, 'x');
  const packed = gzipSync(randomBytes(MIB - 4_096)).subarray(0, -10);

  test.each([
    ['without a proof', [], plain],
    ['with headers that look like one', LOOK_LIKE_ONE, plain],
    ['that are unpacked', [...LOOK_LIKE_ONE, 'Content-Encoding: gzip'], packed],
  ])(
    '%s take a bounded room, and genuine webhooks get through meanwhile',
    async (_, headers, body) => {
      const api = await lab.serve(SIGNED);
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 20);
      const flooding = flood(api, ['Content-Type: application/json', ...headers], body);
      const statuses: number[] = [];
      for (let times = 0; times < 20; times += 1) {
        statuses.push((await post(api)).status);
        await delay(50);
      }
      const lines = await flooding;
      clearInterval(watch);
      expect(statuses).toEqual(statuses.map(() => 200));
      // The room, the senders of this test, which share the process, and what the collector has not yet taken.
      expect((most - before) / MIB).toBeLessThan(200);
      for (const { socket } of lines) socket.destroy();
    },
    120_000,
  );
});

describe('a room for bodies', () => {
  test('takes the place of the oldest that is still on its way, never of one that is whole', () => {
    const room = openBodyRoom(100);
    const gaveUp: string[] = [];
    const enter = (name: string) => room.enter(() => gaveUp.push(name));
    const [whole, oldest, newest] = ['whole', 'oldest', 'newest'].map(enter);
    whole?.grow(40);
    whole?.keep();
    oldest?.grow(40);
    newest?.grow(40);
    expect(gaveUp).toEqual(['oldest']);
    enter('too large').grow(70);
    expect(gaveUp).toEqual(['oldest', 'newest', 'too large']);
    for (const place of [whole, oldest, newest]) place?.leave();
    enter('all of it').grow(100);
    expect(gaveUp).toHaveLength(3);
  });
});

describe('a body', () => {
  const server = use(() => {
    const app = express();
    app.post('/', readBody(BODY_ROOMS.known), (request, response) => {
      response.send(bodyBytes(request));
    });
    return listen(app);
  });
  const text = Buffer.from('运输中 '.repeat(20_000));
  const send = async (body: Buffer, encoding?: string): Promise<Buffer> => {
    const headers = { ...(encoding !== undefined && { 'content-encoding': encoding }) };
    const answer = await fetch(server.url, { method: 'POST', body: new Uint8Array(body), headers });
    return Buffer.from(await answer.arrayBuffer());
  };

  test.each([
    ['plain', undefined, (body: Buffer) => body],
    ['gzip', 'gzip', gzipSync],
    ['deflate', 'deflate', deflateSync],
    ['brotli', 'br', brotliCompressSync],
  ])('arrives byte for byte: %s', async (_, encoding, pack) => {
    for (const body of [Buffer.alloc(0), Buffer.from('a'), text]) {
      expect((await send(pack(body), encoding)).equals(body)).toBe(true);
    }
  });
});

describe('rates', () => {
  const times = async (count: number, ask: () => Promise<{ status: number }>): Promise<number[]> => {
    const statuses: number[] = [];
    for (let asked = 0; asked < count; asked += 1) statuses.push((await ask()).status);
    return statuses;
  };
  const of = (status: number, statuses: readonly number[]): number =>
    statuses.filter((one) => one === status).length;
  const bare = { body: '{}', headers: { 'content-type': 'application/json' } };

  test('turn away strangers without a line each, and never a webhook with a proof', async () => {
    const { log, lines } = catchLog();
    const api = await lab.serve(SIGNED, { log });
    const statuses = await times(320, () => post(api, bare));
    expect([of(401, statuses), of(429, statuses)]).toEqual([300, 20]);
    const { headers, json } = await post(api, bare);
    expect(json).toMatchObject({ code: 'too-many-requests' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.call('GET', '/no/such/route')).status).toBe(429);
    expect(lines.filter(({ msg }) => String(msg).startsWith('webhook refused'))).toHaveLength(10);
    expect(await times(5, () => post(api))).toEqual([200, 200, 200, 200, 200]);
    expect((await api.call('GET', '/healthz')).status).toBe(200);
  });

  test('count by the address that a named proxy tells', async () => {
    const api = await lab.serve({ ...SIGNED, TRUSTED_PROXIES: '127.0.0.1' });
    const from = (address: string) => post(api, bare, { 'x-forwarded-for': address });
    expect(of(429, await times(301, () => from('203.0.113.7')))).toBe(1);
    expect((await from('203.0.113.8')).status).toBe(401);
    // What stands before the word of the proxy is the client's own.
    expect((await from('203.0.113.9, 203.0.113.7')).status).toBe(429);
  });

  test('are off per address behind a proxy without a name, and the log says so once', async () => {
    const { log, lines } = catchLog();
    const api = await lab.serve(SIGNED, { log });
    const statuses = await times(310, () => post(api, bare, { 'x-forwarded-for': '203.0.113.7' }));
    expect(of(401, statuses)).toBe(310);
    const told = lines.filter(({ msg }) => String(msg).includes('TRUSTED_PROXIES'));
    expect(told).toMatchObject([{ level: 40, proxy: '127.0.0.1' }]);
  });

  test('bound a key and a person, each for itself', async () => {
    const settings = { DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: JWT_SECRET };
    const api = await lab.serve({ ...settings, API_KEYS: `${KEY},${'e'.repeat(40)}1234` });
    const devices = (key: string, userId: string) =>
      api.call('GET', `/api/v1/push/devices?user_id=${userId}`, {
        headers: { authorization: `Bearer ${key}` },
      });
    const tokenOf = (sub: string) =>
      jwt.sign({ sub, role: 'authenticated', aud: 'authenticated' }, JWT_SECRET, { expiresIn: '1h' });
    const ofPerson = await times(125, () => devices(tokenOf('u-1'), 'u-1'));
    expect([of(200, ofPerson), of(429, ofPerson)]).toEqual([120, 5]);
    expect((await devices(tokenOf('u-2'), 'u-2')).status).toBe(200);
    const ofKey: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      const answers = await Promise.all(Array.from({ length: 40 }, () => devices(KEY, 'u-1')));
      ofKey.push(...answers.map(({ status }) => status));
    }
    expect(of(429, ofKey)).toBeGreaterThan(0);
    expect(of(200, ofKey)).toBeGreaterThanOrEqual(500);
    expect((await devices(`${'e'.repeat(40)}1234`, 'u-1')).status).toBe(200);
  });

  test('see one subscriber in all addresses of a network of IPv6', () => {
    expect(subscriberOf('2001:db8:1:2:3::4')).toBe(subscriberOf('2001:db8:1:2::ffff'));
    expect(subscriberOf('2001:db8:1:2::1')).not.toBe(subscriberOf('2001:db8:1:3::1'));
    expect(subscriberOf('fe80::1%eth0')).toBe(subscriberOf('fe80::2'));
    expect(subscriberOf('203.0.113.7')).toBe('203.0.113.7');
  });
});

test('TRUSTED_PROXIES takes addresses and networks, and nothing that trusts everybody', () => {
  const good = '127.0.0.1, 10.0.0.0/8,fd00::/8';
  expect(loadConfig({ TRUSTED_PROXIES: good }).trustedProxies).toEqual([
    '127.0.0.1',
    '10.0.0.0/8',
    'fd00::/8',
  ]);
  for (const bad of ['proxy.example', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.0/', '10.0.0.0/8/8', 'true', '1']) {
    expect(() => loadConfig({ TRUSTED_PROXIES: bad })).toThrow('TRUSTED_PROXIES');
  }
});

test('lines that are alike are written ten times in a minute, and then counted', async () => {
  const { log, lines } = catchLog();
  const few = fewLines(log, 200);
  for (let line = 0; line < 25; line += 1)
    few.warn({ reason: 'a', address: '203.0.113.7' }, { line }, 'refused');
  few.warn({ reason: 'b', address: '203.0.113.7' }, {}, 'refused');
  for (let kind = 0; kind < 1_500; kind += 1) few.warn({ address: String(kind) }, {}, 'refused');
  expect(lines).toHaveLength(10 + 1 + 998 + 10);
  await eventually(() => lines.some(({ more }) => more === 15));
  expect(lines.slice(-2)).toMatchObject([
    { reason: 'a', address: '203.0.113.7', more: 15, msg: '15 more in a minute: refused' },
    { more: 1_500 - 998 - 10, msg: '492 more in a minute: of other kinds' },
  ]);
});
