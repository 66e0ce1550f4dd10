import { beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { loadConfig } from '../../src/config/config';
import { unique, useApiLab, type Api } from './api-lab';

const lab = useApiLab();
const SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const BACK_OFFICE = 'https://admin.shop.example';
const SETTINGS = {
  DEVICE_REGISTRATION: 'key',
  API_KEYS: 'f'.repeat(48),
  SUPABASE_JWT_SECRET: SECRET,
  CONSOLE: 'on',
  CONSOLE_URL: 'https://waybell.shop.example/console',
  CONSOLE_ROLES: '{"support":["read","retry"],"desk":["read","link"],"boss":["admin"]}',
  CONSOLE_ORIGINS: BACK_OFFICE,
};
const MINE = { 'x-waybell-console': '1' };
const HOUR_S = 3_600;

let api: Api;
beforeAll(async () => {
  api = await lab.serve(SETTINGS);
});

const tokenOf = (claims: object, secret = SECRET): string =>
  jwt.sign(
    {
      sub: `person-${unique()}`,
      role: 'authenticated',
      aud: 'authenticated',
      exp: Math.floor(Date.now() / 1000) + HOUR_S,
      ...claims,
    },
    secret,
  );
const withRole = (role: unknown, more: object = {}): string => tokenOf({ app_metadata: { role }, ...more });

async function ask(method: string, route: string, init: RequestInit, at = api): Promise<Response> {
  return fetch(`${at.url}/console${route}`, { method, redirect: 'manual', ...init });
}

async function logIn(token: string, at = api): Promise<{ told: Record<string, unknown>; cookie: string }> {
  const response = await ask(
    'POST',
    '/session',
    {
      headers: { ...MINE, origin: at.url, 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: token }),
    },
    at,
  );
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  return { told: (await response.json()) as Record<string, unknown>, cookie };
}

const sessionAt = async (cookie: string, at = api): Promise<Record<string, unknown>> =>
  (await (await ask('GET', '/session', { headers: { ...MINE, cookie } }, at)).json()) as never;

const arrive = (
  fields: Record<string, string>,
  origin: string | undefined = BACK_OFFICE,
): Promise<Response> =>
  ask('POST', '/log-in', {
    headers: { ...(origin !== undefined && { origin }) },
    body: new URLSearchParams(fields),
  });

describe('a person of the shop at the console', () => {
  test('reaches what their roles say, and the session ends with the token', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const { told, cookie } = await logIn(withRole(['support', 'desk', 'unheard-of'], { sub: 'li', exp }));
    expect(told).toMatchObject({ name: 'desk+support:li', scopes: ['read', 'retry', 'link'] });
    expect(Date.parse(String(told['expires_at']))).toBe(exp * 1000);
    expect((await sessionAt(cookie))['name']).toBe('desk+support:li');
    const release = await ask('POST', '/api/v1/providers/fcm/release', {
      headers: { ...MINE, cookie, origin: api.url, 'content-type': 'application/json' },
      body: '{"reason":"a try"}',
    });
    expect(await release.json()).toMatchObject({
      code: 'not-allowed',
      message: 'desk+support:li may read, retry, link; this needs admin',
    });
  });

  test('is named in the audit by role and id', async () => {
    const { cookie } = await logIn(withRole('boss', { sub: 'wang' }));
    await ask('POST', '/api/v1/providers/fcm/release', {
      headers: { ...MINE, cookie, origin: api.url, 'content-type': 'application/json' },
      body: '{"reason":"the key is renewed"}',
    });
    const { rows } = await lab.db.pool.query(
      'select action, outcome from waybell.audit where actor = $1 order by id',
      ['boss:wang'],
    );
    expect(rows).toEqual([
      { action: 'logInToConsole', outcome: 'done' },
      { action: 'releaseProvider', outcome: 'done' },
    ]);
  });

  test.each([
    ['has no role', tokenOf({})],
    ['has a role that nobody mapped', withRole('buyer')],
    ['has written the role themselves', tokenOf({ user_metadata: { role: 'boss' } })],
    ['has a role with the name of what every object has', withRole('constructor')],
    ['never signed in', withRole('boss', { is_anonymous: true })],
  ])('is refused who %s', async (_, token) => {
    expect((await logIn(token)).told['code']).toBe('not-allowed');
  });

  test.each([
    ['expired', withRole('boss', { exp: Math.floor(Date.now() / 1000) - 60 })],
    ['forged', tokenOf({ app_metadata: { role: 'boss' } }, 'another-secret-of-at-least-24-characters')],
    ['of the service', withRole('boss', { role: 'service_role' })],
    ['for somebody else', withRole('boss', { aud: 'another' })],
  ])('is refused with a token that is %s', async (_, token) => {
    const { told, cookie } = await logIn(token);
    expect([told['code'], cookie]).toEqual(['jwt-invalid', '']);
  });

  test('loses the session when the settings take the role away', async () => {
    const { cookie } = await logIn(withRole('support'));
    const others = { ...SETTINGS, CONSOLE_ROLES: '{"boss":["admin"]}' };
    expect((await sessionAt(cookie, await lab.serve(others)))['code']).toBe('session-missing');
    const keysOnly = { ...others, CONSOLE_ROLES: '', CONSOLE_ORIGINS: '' };
    const closed = await lab.serve(keysOnly);
    expect((await sessionAt(cookie, closed))['code']).toBe('session-missing');
    expect((await logIn(withRole('boss'), closed)).told['code']).toBe('not-allowed');
  });

  test('may have the role in a claim of the shop’s own', async () => {
    const own = await lab.serve({ ...SETTINGS, CONSOLE_ROLE_CLAIM: 'shop_role' });
    expect((await logIn(tokenOf({ shop_role: 'boss' }), own)).told['scopes']).toEqual(['admin']);
    expect((await logIn(withRole('boss'), own)).told['code']).toBe('not-allowed');
  });

  test('leaves in who has a key that looks like a token', async () => {
    const alike = `${'a'.repeat(12)}.${'b'.repeat(12)}.${'c'.repeat(12)}`;
    const own = await lab.serve({ ...SETTINGS, API_KEYS: alike });
    expect((await logIn(alike, own)).told['scopes']).toEqual(['admin']);
  });

  test('comes from the back office by a form, and sees there what was asked for', async () => {
    const token = withRole('support', { sub: 'zhao' });
    const response = await arrive({ access_token: token, order: 'ORDER 7' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/console?order=ORDER+7']);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^waybell_console=[\w-]{43}; Path=\/console; Expires=.*; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect((await sessionAt(cookie.split(';')[0] ?? ''))['name']).toBe('support:zhao');
    expect(JSON.stringify([...response.headers])).not.toContain(token);
  });

  test('who is refused there is shown why by the console, with no token in the address', async () => {
    const response = await arrive({ access_token: withRole('buyer'), order: 'ORDER 7' });
    expect([response.headers.get('location'), response.headers.get('set-cookie')]).toEqual([
      '/console?order=ORDER+7&refused=not-allowed',
      null,
    ]);
  });

  test.each([
    ['of another site', 'https://evil.example'],
    ['that hides where it comes from', 'null'],
    ['of the same name over plain HTTP', 'http://admin.shop.example'],
  ])('is not logged in by a form %s', async (_, origin) => {
    const response = await arrive({ access_token: withRole('boss') }, origin);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
  });
});

describe('the settings of people at the console', () => {
  const load = (more: Record<string, string>) => loadConfig({ ...SETTINGS, ...more });

  test.each(['user_metadata.role', 'user_metadata', 'role', 'email', 'aud', 'a b', 'app_metadata.'])(
    'refuse the claim %s, which says nothing that only the shop writes',
    (claim) => {
      expect(() => load({ CONSOLE_ROLE_CLAIM: claim })).toThrow(/CONSOLE_ROLE_CLAIM: must be a claim/);
    },
  );

  test.each([
    [{ CONSOLE_ROLES: '{"support":["retry"]}' }, /CONSOLE_ROLES.*needs the scope read, or admin/],
    [{ CONSOLE_ROLES: '{"support":["everything"]}' }, /CONSOLE_ROLES/],
    [{ CONSOLE_ROLES: '{"a:b":["read"]}' }, /CONSOLE_ROLES/],
    [{ SUPABASE_JWT_SECRET: '' }, /CONSOLE_ROLES: needs SUPABASE_JWKS_URL or SUPABASE_JWT_SECRET/],
    [{ CONSOLE: '' }, /CONSOLE_ROLES: needs CONSOLE=on/],
    [{ CONSOLE_ROLES: '' }, /CONSOLE_ORIGINS: needs CONSOLE_ROLES/],
    [{ CONSOLE_ROLES: '{"command":["read"]}' }, /CONSOLE_ROLES.*none is called command/],
    [{ CONSOLE_URL: '' }, /CONSOLE_ORIGINS: needs CONSOLE_URL/],
    [{ CONSOLE_URL: 'https://waybell.shop.example' }, /CONSOLE_URL: must be a host and \/console/],
    [
      { CONSOLE_URL: 'https://waybell.shop.example/console?a=b' },
      /CONSOLE_URL: must be a host and \/console/,
    ],
    [{ CONSOLE_URL: 'https://x.example/a)[b](/console' }, /CONSOLE_URL: must be a host and \/console/],
    [{ CONSOLE_ORIGINS: 'https://admin.shop.example/' }, /CONSOLE_ORIGINS: must be origins/],
    [{ CONSOLE_URL: 'waybell.shop.example' }, /CONSOLE_URL: must be an http\(s\) URL/],
  ])('are refused in words: %j', (more, words) => {
    expect(() => load(more)).toThrow(words);
  });

  test('say where operators open it, which an embedded Temporal knows by itself', () => {
    expect(loadConfig({}).consoleUrl).toBeNull();
    expect(load({ CONSOLE_URL: 'https://waybell.shop.example/console/' }).consoleUrl).toBe(
      'https://waybell.shop.example/console',
    );
    const unsaid = { CONSOLE_URL: '', CONSOLE_ORIGINS: '' };
    expect(load(unsaid).consoleUrl).toBe('http://127.0.0.1:7201/console');
    expect(load({ ...unsaid, TEMPORAL_ADDRESS: 'temporal:7233' }).consoleUrl).toBeNull();
  });
});
