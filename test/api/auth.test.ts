import { beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { type Api, unique, useApiLab } from './api-lab';

const KEY = 'a'.repeat(24);
const OTHER_KEY = 'b'.repeat(24);
const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';

const ROUTES = [
  ['POST', '/api/v1/push/register'],
  ['POST', '/api/v1/push/unregister'],
  ['GET', '/api/v1/push/devices?user_id=u-1'],
  ['GET', '/api/v1/push/webpush/key'],
  ['POST', '/api/v1/push/receipts'],
  ['PUT', '/api/v1/waybills/yto/YT1234'],
  ['GET', '/api/v1/notifications'],
  ['GET', '/api/v1/notifications/w:1'],
  ['POST', '/api/v1/notifications/w:1/retry'],
] as const;

const lab = useApiLab();

describe('with keys', () => {
  let api: Api;
  const serve = () => lab.serve({ DEVICE_REGISTRATION: 'key', API_KEYS: `${OTHER_KEY},${KEY}` });
  beforeAll(async () => {
    api = await serve();
  });

  test.each(ROUTES)('%s %s asks for one, and writes nothing without', async (method, path) => {
    const fresh = await serve();
    const before = await lab.traces();
    const json = method === 'GET' ? undefined : { cid: unique(), user_id: 'u-1', order_id: 'O-1' };
    const none = await fresh.call(method, path, { json });
    expect(none.status).toBe(401);
    expect(none.json).toMatchObject({ ok: false, code: 'api-key-missing', message: expect.any(String) });
    const wrongKeys: Record<string, string>[] = [
      { authorization: `Bearer ${KEY}x` },
      { 'x-api-key': KEY.slice(1) },
      { 'x-api-key': 'wrong', authorization: `Bearer ${KEY}` },
    ];
    for (const headers of wrongKeys) {
      const wrong = await fresh.call(method, path, { json, headers });
      expect(wrong.status).toBe(401);
      expect(wrong.json).toMatchObject({ ok: false, code: 'api-key-invalid', message: expect.any(String) });
    }
    expect(await lab.traces()).toEqual(before);
  });

  test.each<[Record<string, string>]>([
    [{ authorization: `Bearer ${KEY}` }],
    [{ authorization: `bearer ${OTHER_KEY}` }],
    [{ 'x-api-key': KEY }],
  ])('any of them opens every route: %j', async (headers) => {
    for (const [method, path] of ROUTES) {
      const { status } = await api.call(method, path, { headers, ...(method !== 'GET' && { json: {} }) });
      expect([200, 400, 404]).toContain(status);
    }
  });

  test('an unknown route under /api/v1 does not tell that it is unknown', async () => {
    expect((await api.call('GET', '/api/v1/secrets')).status).toBe(401);
    expect((await api.call('GET', '/api/v1/secrets', { headers: { 'x-api-key': KEY } })).status).toBe(404);
  });

  test('a large body is not read before the key is known', async () => {
    const answer = await api.call('POST', '/api/v1/push/register', { json: { cid: 'x'.repeat(2 ** 21) } });
    expect(answer.json).toMatchObject({ code: 'api-key-missing' });
  });

  test('webhooks and health need none', async () => {
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    expect((await api.call('POST', '/webhook/express/status', { json: {} })).status).toBe(400);
  });
});

test('mode key without any key lets nobody in', async () => {
  const api = await lab.serve({ DEVICE_REGISTRATION: 'key' });
  const { status } = await api.call('GET', '/api/v1/notifications', { headers: { 'x-api-key': '' } });
  expect(status).toBe(401);
});

test('open mode with keys asks for them all the same', async () => {
  const api = await lab.serve({ API_KEYS: KEY });
  expect((await api.call('GET', '/api/v1/notifications')).status).toBe(401);
});

describe("with the access token of the shop's users", () => {
  let api: Api;
  beforeAll(async () => {
    api = await lab.serve({ DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: JWT_SECRET, API_KEYS: KEY });
  });

  const token = (claims: Record<string, unknown> = {}, options: jwt.SignOptions = { expiresIn: '1h' }) =>
    jwt.sign({ sub: 'u-1', role: 'authenticated', aud: 'authenticated', ...claims }, JWT_SECRET, options);
  const as = (bearer: string) => ({ authorization: `Bearer ${bearer}` });
  const register = (bearer: string, json: Record<string, unknown>) =>
    api.call('POST', '/api/v1/push/register', { headers: as(bearer), json: { cid: unique(), ...json } });

  test('a person registers their own phone, named or not', async () => {
    expect((await register(token(), { user_id: 'u-1' })).json['device']).toMatchObject({ user_id: 'u-1' });
    expect((await register(token(), {})).json['device']).toMatchObject({ user_id: 'u-1', merchant_id: null });
  });

  test('a person may have the key that their browser subscribes with, and a stranger may not', async () => {
    const route = '/api/v1/push/webpush/key';
    expect((await api.call('GET', route, { headers: as(token()) })).json['code']).toBe('webpush-off');
    expect((await api.call('GET', route)).json['code']).toBe('api-key-missing');
  });

  test('a merchant registers for the merchant that the shop put into the token', async () => {
    const merchant = token({ app_metadata: { merchant_id: 'm-1' } });
    expect((await register(merchant, { merchant_id: 'm-1', user_id: 'u-1' })).status).toBe(200);
    expect((await register(merchant, { merchant_id: 'm-1' })).json['device']).toMatchObject({
      user_id: null,
    });
  });

  test.each([
    ['another user', {}, { user_id: 'u-2' }, 'user_id'],
    ['a merchant that the token does not name', {}, { user_id: 'u-1', merchant_id: 'm-1' }, 'merchant_id'],
    ['another merchant', { app_metadata: { merchant_id: 'm-2' } }, { merchant_id: 'm-1' }, 'merchant_id'],
    [
      'a merchant that the person named themselves',
      { user_metadata: { merchant_id: 'm-1' } },
      { merchant_id: 'm-1' },
      'merchant_id',
    ],
  ])('nobody registers for %s', async (_, claims, owner, field) => {
    const before = await lab.traces();
    const { status, json } = await register(token(claims), owner);
    expect(status).toBe(403);
    expect(json).toMatchObject({ ok: false, code: 'not-your-device', field });
    expect(await lab.traces()).toEqual(before);
  });

  test('a person signs off, lists and receipts only their own phones', async () => {
    const own = unique();
    const others = unique();
    await register(token(), { cid: own });
    await register(token({ sub: 'u-2' }), { cid: others });
    const call = (method: string, path: string, json?: unknown) =>
      api.call(method, `/api/v1/push${path}`, { headers: as(token()), ...(json !== undefined && { json }) });

    expect((await call('POST', '/unregister', { cid: others })).json).toMatchObject({
      code: 'not-your-device',
    });
    expect(
      (await call('POST', '/receipts', { cid: others, message_id: 'm', event: 'shown' })).json,
    ).toMatchObject({
      code: 'not-your-device',
    });
    expect((await call('GET', '/devices?user_id=u-2')).status).toBe(403);
    const list = await call('GET', '/devices');
    expect((list.json['devices'] as { user_id: string }[]).every(({ user_id }) => user_id === 'u-1')).toBe(
      true,
    );
    expect((await call('POST', '/unregister', { cid: own })).json).toMatchObject({ ok: true });
  });

  test('the rest of /api/v1 still needs a key', async () => {
    const others = ROUTES.filter(([, path]) => !path.startsWith('/api/v1/push/'));
    for (const [method, path] of others) {
      const answer = await api.call(method, path, {
        headers: as(token()),
        ...(method !== 'GET' && { json: {} }),
      });
      expect(answer.json).toMatchObject({ ok: false, code: 'not-allowed' });
    }
    const withKey = await api.call('POST', '/api/v1/push/register', {
      headers: { 'x-api-key': KEY },
      json: { cid: unique(), user_id: 'anybody' },
    });
    expect(withKey.status).toBe(200);
  });
});
