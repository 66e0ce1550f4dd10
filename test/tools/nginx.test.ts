import { describe, expect, test } from '@jest/globals';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { createToken, openChannels, tokenSha256 } from '../../src/intake/channels/channels';
import { changeChannelsFile } from '../../src/intake/channels/file';
import { loadConfig } from '../../src/config/config';
import { useApiLab } from '../api/api-lab';
import { storedChannel } from '../intake/own-channel';
import { listen } from '../push/local-server';
import { openTestIntake } from '../setup/intake';
import { use } from '../setup/use';
import { NOW, readPayload } from '../sources/requests';
import { startNginx } from './nginx';

const KEY = 'k'.repeat(30);
const SECRET = 'k100-salt-demo';
const CID = 'phone-behind-the-proxy';
const token = createToken();

const lab = useApiLab();
const { body, headers: recorded } = readPayload('kuaidi100.polling-locker.txt');
const headers = recorded as Readonly<Record<string, string>>;

describe('Waybell behind the nginx of docs/production.md', () => {
  const page = 'https://m.shop.example';
  const settings = { API_KEYS: KEY, DEVICE_REGISTRATION: 'key', CORS_ORIGINS: page };
  const own = use(async () => {
    const opened = await openTestIntake({
      ...{ ...loadConfig(settings), log: pino({ level: 'silent' }) },
      ...{ pool: lab.db.pool, temporal: lab.temporal.client, taskQueue: lab.temporal.taskQueue },
    });
    const channel = { source: 'kuaidi100', tokens: [{ sha256: tokenSha256(token) }] };
    await changeChannelsFile(opened.channelsFile, () => [
      storedChannel({ ...channel, secrets: [{ value: SECRET }] }),
    ]);
    return { ...opened, channels: openChannels(opened.channelsFile, fail) };
  });
  const api = use(() => lab.serve(settings, { ...own, clock: () => NOW }));
  const proxy = use(() => startNginx(api.url));
  const webhook = { method: 'POST', path: `/webhooks/kuaidi100/${token}`, headers, body };

  test('takes a signed webhook, byte for byte', async () => {
    expect(await proxy.ask(webhook)).toMatchObject({
      status: 200,
      text: expect.stringContaining('"returnCode":"200"'),
    });
  });

  test('registers a phone with a key', async () => {
    const register = {
      ...{ method: 'POST', path: '/api/v1/push/register' },
      body: JSON.stringify({ cid: CID, user_id: 'user-1', platform: 'android' }),
    };
    const json = { 'content-type': 'application/json' };
    expect((await proxy.ask({ ...register, headers: json })).status).toBe(401);
    const authorized = { ...json, authorization: `Bearer ${KEY}` };
    expect((await proxy.ask({ ...register, headers: authorized })).status).toBe(200);
  });

  test('lets a browser ask beforehand whether a page may register', async () => {
    const beforehand = { origin: page, 'access-control-request-method': 'POST' };
    const { status } = await proxy.ask({
      ...{ method: 'OPTIONS', path: '/api/v1/push/register', headers: beforehand },
    });
    expect(status).toBe(204);
  });

  test.each([
    ...['/', '/metrics', '/readyz', '/healthz', '/docs', '/openapi.json', '/demo', '/webhook/express/status'],
    ...['/api/v1/notifications', '/api/v1/deliveries', '/api/v1/audit', '/api/v1/retries'],
    ...['/webhooks/../metrics', '/webhooks/%2e%2e/metrics', '/webhooks/..%2fmetrics', '//metrics'],
    ...[
      '/api/v1/push/../audit',
      '/metrics/../webhooks/sf/x',
      '/api/v1/audit/../push/devices',
      '/WEBHOOKS/sf/x',
    ],
  ])('does not let %s through, with the best of keys', async (path) => {
    const { status, text: answer } = await proxy.ask({ path, headers: { authorization: `Bearer ${KEY}` } });
    expect([status, answer.includes('nginx')]).toEqual([404, true]);
  });

  test('refuses what is larger than Waybell takes, and whatever comes without TLS', async () => {
    const large = Buffer.alloc(1024 * 1024 + 1);
    expect((await proxy.ask({ ...webhook, body: large })).status).toBe(413);
    expect(await proxy.askInClear(webhook.path)).toBe(403);
  });

  test('logs neither a token nor a query nor a key, whatever came of the request', async () => {
    const secrets = [token, 'user-of-a-query', 'token-of-nobody', KEY];
    await proxy.ask({ path: '/api/v1/push/devices?user_id=user-of-a-query' });
    await proxy.ask({ method: 'POST', path: '/webhooks/sf/token-of-nobody' });
    await proxy.ask({ method: 'POST', path: `/webhook/kuaidi100/${token}` });
    await proxy.ask({ method: 'POST', path: `/webhooks//${token}` });
    await api.close();
    expect((await proxy.ask(webhook)).status).toBe(502);
    const logged = await proxy.logged();
    for (const route of [
      'webhooks/kuaidi100 200',
      'webhooks/kuaidi100 502',
      'webhooks/sf 401',
      'push/devices',
    ])
      expect(logged).toContain(` ${route}`);
    expect(secrets.filter((secret) => logged.includes(secret))).toEqual([]);
  });
});

describe('what nginx hands on', () => {
  const seen: { readonly headers: IncomingHttpHeaders; readonly url: string; readonly body: string }[] = [];
  const upstream = use(() =>
    listen((request, response) => {
      void text(request).then((read) => {
        seen.push({ headers: request.headers, url: request.url ?? '', body: read });
        response.end('ok');
      });
    }),
  );
  const proxy = use(() => startNginx(upstream.url));

  test('is the address that it sees, not the one that a client writes; signed parts stay as they are', async () => {
    const signed = { authorization: 'Bearer of-ship24', 'webhook-signature': 'v1,abc=', 'x-sign': 'A b' };
    const claimed = {
      ...{ 'x-forwarded-for': '10.0.0.1', 'x-forwarded-proto': 'http', 'x-real-ip': '10.0.0.1' },
      ...{ forwarded: 'for=10.0.0.1', 'x-forwarded-host': 'evil.example' },
    };
    const path = '/webhooks/sf/a-token?x=%E4%BD%A0&y=a+b';
    const sent = '{"a": 1,\r\n "b":  "你"}';
    await proxy.ask({ method: 'POST', path, headers: { ...signed, ...claimed }, body: sent });
    const { headers: received, url, body: handed } = seen.at(-1)!;
    expect([url, handed]).toEqual([path, sent]);
    expect(received).toMatchObject({
      ...{ ...signed, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
      host: 'waybell.shop.example',
    });
    for (const name of ['forwarded', 'x-forwarded-host', 'x-real-ip'])
      expect(received).not.toHaveProperty([name]);
  });

  test('of one address that asks without end is bounded, and the others are told to come again', async () => {
    const asked = await Promise.all(
      Array.from({ length: 600 }, () => proxy.ask({ path: '/api/v1/push/webpush/key' })),
    );
    const counts = new Set(asked.map(({ status }) => status));
    expect([...counts].sort()).toEqual([200, 429]);
  });
});

function fail(problem: string): void {
  throw new Error(problem);
}
