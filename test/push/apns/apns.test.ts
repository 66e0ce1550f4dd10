import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { verify } from 'jsonwebtoken';
import { createApnsProvider } from '../../../src/push/apns/apns';
import type { PushAnswer, PushMessage, PushProvider } from '../../../src/push/provider';
import { listenHttp2, type Http2Handler, type LocalHttp2Server } from '../local-server';
import { p8Key } from '../provider-stage';
import { sampleMessage } from '../sample-message';

const HOUR = 3_600_000;
const SETTINGS = {
  key: p8Key.privateKey,
  keyId: 'KEY1234567',
  teamId: 'TEAM123456',
  topic: 'com.example.shop',
} as const;

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

const take: Http2Handler = (_, response) => response.end();
const refuse =
  (status: number, reason: string, more: object = {}): Http2Handler =>
  (_, response) => {
    response.writeHead(status);
    response.end(JSON.stringify({ reason, ...more }));
  };

async function server(handler: Http2Handler): Promise<LocalHttp2Server> {
  const opened = await listenHttp2(handler);
  closings.push(() => opened.close());
  return opened;
}

function provider(
  { url, ca }: { readonly url: string; readonly ca?: string },
  changes: Partial<Parameters<typeof createApnsProvider>[0]> = {},
): PushProvider {
  const made = createApnsProvider({
    ...SETTINGS,
    environment: 'production',
    urls: { production: url, sandbox: url },
    ...(ca !== undefined && { ca }),
    ...changes,
  });
  closings.unshift(() => made.close?.() ?? Promise.resolve());
  return made;
}

const send = (
  to: PushProvider,
  changes: Partial<PushMessage> = {},
  deadlineMs = 5_000,
): Promise<PushAnswer> =>
  to.send({ ...sampleMessage, cid: 'a1b2', ...changes }, AbortSignal.timeout(deadlineMs));

test('a push is a POST for one phone, with everything that APNs needs to show and to replace it', async () => {
  const seen: [Record<string, unknown>, unknown][] = [];
  const apns = await server((request, response) => {
    request.on('data', (body: Buffer) => seen.push([request.headers, JSON.parse(String(body))]));
    request.on('end', () => response.end());
  });
  const answer = await send(provider(apns));
  const [headers = {}, body] = seen[0] ?? [];
  expect(body).toEqual({
    aps: { alert: { title: '快递已签收', body: '包裹已送达' }, sound: 'default' },
    notificationId: 'w-1:1:delivered:1:user',
  });
  expect(headers).toMatchObject({
    ':method': 'POST',
    ':path': '/3/device/a1b2',
    'apns-topic': 'com.example.shop',
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-collapse-id': expect.stringMatching(/^[\w-]{32}$/),
    'apns-id': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  });
  expect(Number(headers['apns-expiration']) * 1_000 - Date.now()).toBeGreaterThan(23.9 * HOUR);
  expect(answer).toMatchObject({ class: 'accepted', providerId: headers['apns-id'] });
  const [, token = ''] = /^bearer (.+)$/.exec(String(headers['authorization'])) ?? [];
  expect(verify(token, p8Key.publicKey, { algorithms: ['ES256'], complete: true })).toMatchObject({
    header: { alg: 'ES256', kid: 'KEY1234567' },
    payload: { iss: 'TEAM123456' },
  });
});

test('another app of the team has a bundle id of its own', async () => {
  const topics: unknown[] = [];
  const apns = await server((request, response) => {
    topics.push(request.headers['apns-topic']);
    response.end();
  });
  const apps = provider(apns, { topics: { staff: 'com.example.staff' } });
  for (const appid of ['staff', 'default', 'constructor']) await send(apps, { appid });
  expect(topics).toEqual(['com.example.staff', 'com.example.shop', 'com.example.shop']);
});

test('the longest text stays under the 4,096 bytes of APNs', async () => {
  const bodies: Buffer[] = [];
  const apns = await server((request, response) => {
    request.on('data', (body: Buffer) => bodies.push(body));
    request.on('end', () => response.end());
  });
  await send(provider(apns), { title: '📦'.repeat(999), content: '𠮷'.repeat(9_999) });
  const body = Buffer.concat(bodies);
  expect(body.byteLength).toBeLessThan(4_096);
  expect(JSON.parse(String(body))).toMatchObject({
    aps: { alert: { title: `${'📦'.repeat(79)}…`, body: `${'𠮷'.repeat(399)}…` } },
  });
});

test('a device token that is none cannot leave its place in the path', async () => {
  const paths: string[] = [];
  const apns = await server((request, response) => {
    paths.push(request.url);
    refuse(400, 'BadDeviceToken')(request, response);
  });
  await send(provider(apns), { cid: '../../x?y#z 签' });
  expect(paths).toEqual(['/3/device/..%2F..%2Fx%3Fy%23z%20%E7%AD%BE']);
});

describe('the connection', () => {
  test('is one for 50 pushes at the same time and all that follow, with one token', async () => {
    const tokens = new Set<unknown>();
    const apns = await server((request, response) => {
      tokens.add(request.headers.authorization);
      setTimeout(() => response.end(), 20);
    });
    const to = provider(apns);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(to)));
    await send(to);
    expect(new Set(answers.map((answer) => answer.class))).toEqual(new Set(['accepted']));
    expect([apns.sessions.length, tokens.size]).toEqual([1, 1]);
  });

  test('is made anew after the server said goodbye, and no push is lost over it', async () => {
    const apns = await server(take);
    const to = provider(apns);
    await send(to);
    apns.sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await send(to)).toMatchObject({ class: 'accepted' });
    expect(apns.sessions).toHaveLength(2);
  });

  test('that says goodbye with our push on its way took nothing', async () => {
    const apns = await server((_, response) => response.stream.close(constants.NGHTTP2_REFUSED_STREAM));
    expect(await send(provider(apns))).toMatchObject({
      class: 'retry',
      reason: 'connection_closed',
      retryAfterMs: 0,
      definite: true,
    });
  });

  test('that breaks with our push on its way may have taken it', async () => {
    const apns = await server((_, response) => response.stream.session?.destroy());
    expect(await send(provider(apns))).toMatchObject({
      class: 'retry',
      reason: 'connection_lost',
      definite: false,
    });
  });

  test('that is cancelled by the server ends the push', async () => {
    const apns = await server((_, response) => response.stream.close(constants.NGHTTP2_CANCEL));
    expect(await send(provider(apns))).toMatchObject({ class: 'retry', definite: false });
  });

  test('that went dead in silence is replaced after one push has waited in vain', async () => {
    let isDead = false;
    const apns = await server((_, response) => void (isDead || response.end()));
    const to = provider(apns);
    await send(to);
    isDead = true;
    expect(await send(to, {}, 300)).toMatchObject({ class: 'retry', reason: 'timeout', definite: false });
    isDead = false;
    expect(await send(to)).toMatchObject({ class: 'accepted' });
    expect(apns.sessions).toHaveLength(2);
  });

  test('that is slow for one phone stays for the others', async () => {
    const apns = await server((request, response) => void (request.url.endsWith('/slow') || response.end()));
    const to = provider(apns);
    const slow = send(to, { cid: 'slow' }, 500);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await send(to)).toMatchObject({ class: 'accepted' });
    expect(await slow).toMatchObject({ reason: 'timeout' });
    await send(to);
    expect(apns.sessions).toHaveLength(1);
  });

  test('to a server whose certificate nobody vouches for is not made', async () => {
    const { url } = await server(take);
    expect(await send(provider({ url }))).toMatchObject({
      class: 'retry',
      reason: 'not_connected',
      words: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      definite: true,
    });
  });

  test('that is never completed ends at the deadline, knowing that nothing was sent', async () => {
    const sockets: Socket[] = [];
    const silent: Server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await send(provider({ url }), {}, 300)).toMatchObject({
      class: 'retry',
      reason: 'timeout',
      definite: true,
    });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe('the provider token', () => {
  test('that ran out is made anew, and our clock or key is wrong when that is refused too', async () => {
    const to = provider(await server(refuse(403, 'ExpiredProviderToken')));
    expect(await send(to)).toMatchObject({
      class: 'retry',
      reason: 'provider_auth_refresh',
      retryAfterMs: 0,
    });
    expect(await send(to)).toMatchObject({ class: 'fail', reason: 'provider_config', hold: 'credential' });
  });

  test.each(['not a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'])(
    'needs a key of Apple’s kind: %s',
    (key) => {
      expect(() => createApnsProvider({ ...SETTINGS, key })).toThrow(/^APNS_KEY: not a P-256 private key/);
    },
  );
});

describe('a phone', () => {
  const gone = { timestamp: Date.parse('2026-03-01T00:00:00Z') };

  test('that was gone when it registered last is given up', async () => {
    const to = provider(await server(refuse(410, 'Unregistered', gone)));
    const registeredAt = new Date('2026-02-28T23:59:59Z');
    expect(await send(to, { registeredAt })).toMatchObject({ class: 'deactivate', reason: 'unregistered' });
  });

  test('that has registered since is not given up', async () => {
    const to = provider(await server(refuse(410, 'Unregistered', gone)));
    const registeredAt = new Date('2026-03-01T00:00:01Z');
    expect(await send(to, { registeredAt })).toMatchObject({ class: 'retry', reason: 'registered_since' });
  });

  describe('of an unknown environment', () => {
    const unknown = async (production: Http2Handler, sandbox: Http2Handler) => {
      const [one, other] = [await server(production), await server(sandbox)];
      const urls = { production: one.url, sandbox: other.url };
      return { to: provider(one, { urls, ca: `${one.ca}\n${other.ca}`, environment: undefined }), other };
    };

    test('is tried in the other one too', async () => {
      const { to } = await unknown(refuse(400, 'BadDeviceToken'), take);
      expect(await send(to)).toMatchObject({ class: 'accepted' });
    });

    test('is given up when both do not know it', async () => {
      const { to } = await unknown(refuse(400, 'BadDeviceToken'), refuse(400, 'BadDeviceToken'));
      expect(await send(to)).toMatchObject({ class: 'deactivate', reason: 'invalid_token' });
    });

    describe('with a key that Apple made for one environment only', () => {
      const otherKey = refuse(403, 'BadEnvironmentKeyInToken');

      test('is given up when that one does not know it, and nothing is held', async () => {
        const { to } = await unknown(refuse(400, 'BadDeviceToken'), otherKey);
        expect(await send(to)).toMatchObject({ class: 'deactivate', reason: 'invalid_token' });
      });

      test('is reached in that one', async () => {
        const { to } = await unknown(otherKey, take);
        expect(await send(to)).toMatchObject({ class: 'accepted' });
      });

      test('that is of use in neither is ours to correct', async () => {
        const { to } = await unknown(otherKey, otherKey);
        expect(await send(to)).toMatchObject({ class: 'fail', hold: 'credential' });
      });
    });

    test('is asked about once when the first says something else', async () => {
      const { to, other } = await unknown(refuse(500, 'InternalServerError'), take);
      expect(await send(to)).toMatchObject({ class: 'retry', definite: false });
      expect(other.sessions).toHaveLength(0);
    });

    test('is asked about once when its registration names it', async () => {
      const { to, other } = await unknown(refuse(400, 'BadDeviceToken'), take);
      expect(await send(to, { apnsEnvironment: 'production' })).toMatchObject({ class: 'deactivate' });
      expect(other.sessions).toHaveLength(0);
    });
  });
});
