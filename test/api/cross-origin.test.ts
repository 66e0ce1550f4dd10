import { describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { OPERATIONS } from '../../src/api/operations';
import { loadConfig } from '../../src/config/config';
import { use } from '../setup/use';
import { useBareApi } from './bare-api';

const PAGE = 'https://m.shop.example';
const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const bare = useBareApi();
const settings = { DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: JWT_SECRET, API_KEYS: 'k'.repeat(48) };
const api = use(() =>
  bare.serve({ config: loadConfig({ ...settings, CORS_ORIGINS: `${PAGE},http://localhost:5173` }) }),
);
const closed = use(() => bare.serve({ config: loadConfig(settings) }));

const ofPersons = OPERATIONS.filter(({ access }) => typeof access === 'object' && access.persons);
const others = OPERATIONS.filter((operation) => !ofPersons.includes(operation));
const pathOf = (path: string): string => path.replace(/\{\w+\}/g, 'x');

/** What a browser asks before it sends a page's request. */
const beforehand = (path: string, origin: string, method: string, url = api.url): Promise<Response> =>
  fetch(url + pathOf(path), {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method.toUpperCase(),
      'access-control-request-headers': 'authorization,content-type',
    },
  });
const allowed = ({ headers }: Response): string | null => headers.get('access-control-allow-origin');

test.each(ofPersons)('a page that is named may ask $method $path', async ({ method, path }) => {
  for (const origin of [PAGE, 'http://localhost:5173']) {
    const answer = await beforehand(path, origin, method);
    expect([answer.status, allowed(answer)]).toEqual([204, origin]);
    expect(answer.headers.get('access-control-allow-methods')?.split(',')).toContain(method.toUpperCase());
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization,Content-Type/);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('vary')).toMatch(/Origin/);
  }
});

test.each(others)('no page may ask $method $path', async ({ method, path }) => {
  expect(allowed(await beforehand(path, PAGE, method))).toBeNull();
});

test.each([
  'https://shop.example',
  'https://m.shop.example.evil.example',
  'https://m.shop.example:8443',
  'http://m.shop.example',
  'null',
])('the page %s, which is not named, may ask nothing', async (origin) => {
  for (const { method, path } of ofPersons)
    expect(allowed(await beforehand(path, origin, method))).toBeNull();
});

test('a page reads refusals too, and who it is stays to be shown', async () => {
  const headers = { origin: PAGE };
  const refused = await fetch(`${api.url}/api/v1/push/webpush/key`, { headers });
  expect([refused.status, allowed(refused)]).toEqual([401, PAGE]);
  expect(refused.headers.get('access-control-expose-headers')).toBe('X-Request-Id,Retry-After');
  const claims = { sub: 'u-1', role: 'authenticated', aud: 'authenticated' };
  const token = jwt.sign(claims, JWT_SECRET, { expiresIn: '1h' });
  const known = await fetch(`${api.url}/api/v1/push/webpush/key`, {
    headers: { ...headers, authorization: `Bearer ${token}` },
  });
  expect(allowed(known)).toBe(PAGE);
  expect(await known.json()).toMatchObject({ code: 'webpush-off' });
});

test('without the setting nothing is allowed, and every method is refused as before', async () => {
  for (const { method, path } of ofPersons) {
    const answer = await beforehand(path, PAGE, method, closed.url);
    expect([answer.status, allowed(answer)]).toEqual([401, null]);
  }
});

describe('CORS_ORIGINS', () => {
  test.each([
    'https://m.shop.example',
    'https://m.shop.example:8443, https://xn--fiq228c.example',
    'http://localhost:5173,http://127.0.0.1:5173,http://[::1]:5173,http://192.168.1.7:8080',
  ])('takes %s', (origins) => {
    expect(loadConfig({ CORS_ORIGINS: origins }).accessTokens.origins).toEqual(origins.split(/, ?/));
  });

  test.each([
    '*',
    'https://*.shop.example',
    'null',
    'shop.example',
    'https://shop.example/',
    'https://shop.example/app',
    'https://shop.example:443',
    'https://Shop.example',
    'https://商城.example',
    'https://user@shop.example',
    'http://shop.example',
    'capacitor://localhost',
    'https://shop.example,*',
  ])('refuses %s', (origins) => {
    expect(() => loadConfig({ CORS_ORIGINS: origins })).toThrow('CORS_ORIGINS: must be origins');
  });
});
