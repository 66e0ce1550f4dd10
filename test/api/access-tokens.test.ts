import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import pino from 'pino';
import { openTokenCheck, type TokenCheck } from '../../src/api/token-check';
import { explainToken } from '../../src/cli/explain-token';
import { loadConfig } from '../../src/config/config';
import { use } from '../setup/use';
import { createProjectKey, openJwksServer, signToken, type JwksAnswer, type ProjectKey } from './jwks-server';

const SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const MINUTE = 60_000;
const server = use(openJwksServer);
const log = pino({ level: 'silent' });

const now = () => Math.floor(Date.now() / 1000);
const claims = (change: Record<string, unknown> = {}) => ({
  ...{ sub: 'u-1', role: 'authenticated', aud: 'authenticated', iss: server.issuer },
  ...{ iat: now(), exp: now() + 3600, is_anonymous: false, app_metadata: { provider: 'email' } },
  ...change,
});

const settings = (more: Record<string, string> = {}) =>
  loadConfig({ SUPABASE_JWT_SECRET: SECRET, SUPABASE_JWKS_URL: server.url, ...more }).accessTokens;

async function verdict(check: TokenCheck, token: string): Promise<string> {
  const checked = await check.check(token);
  return 'person' in checked ? 'taken' : checked.flaw;
}

describe('the access token of a person', () => {
  const keys: Record<string, ProjectKey> = {};
  let check: TokenCheck;
  beforeAll(async () => {
    for (const alg of ['ES256', 'RS256', 'EdDSA']) keys[alg] = await createProjectKey(alg, `kid-${alg}`);
    server.show(Object.values(keys));
    check = openTokenCheck(settings(), { log });
  });
  const signed = (alg: string, change = {}, header = {}) =>
    signToken(keys[alg] as ProjectKey, claims(change), header);
  const legacy = (change = {}) => Promise.resolve(jwt.sign(claims(change), SECRET));

  test.each(['ES256', 'RS256', 'EdDSA'])(
    'is taken when a key of the project signed it with %s',
    async (alg) => {
      const token = await signed(alg, { app_metadata: { merchant_id: 'm-1' } });
      expect(await check.check(token)).toMatchObject({
        person: { kind: 'person', userId: 'u-1', merchantId: 'm-1' },
      });
    },
  );

  test('is taken when the legacy secret signed it', async () => {
    expect(await verdict(check, await legacy())).toBe('taken');
    expect(await verdict(check, await legacy({ aud: ['other', 'authenticated'] }))).toBe('taken');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['has expired', { exp: now() - 60 }, 'expired'],
    ['never expires', { exp: undefined }, 'claims'],
    ['has an exp that is no number', { exp: '4102444800' }, 'claims'],
    ['is not valid yet', { nbf: now() + 600 }, 'early'],
    ['is for another audience', { aud: 'other' }, 'audience'],
    ['is for no audience', { aud: undefined }, 'audience'],
    ['is an anon key', { role: 'anon' }, 'role'],
    ['is a service key', { role: 'service_role' }, 'role'],
    ['has no role', { role: undefined }, 'role'],
    ['is of nobody', { sub: undefined }, 'subject'],
    ['is of an empty name', { sub: '' }, 'subject'],
    ['has a NUL in its sub', { sub: 'u-1\u0000' }, 'subject'],
    ['has a sub that is no text', { sub: { $ne: null } }, 'subject'],
    ['has a sub without end', { sub: 'u'.repeat(10_000) }, 'subject'],
    ['has a NUL in its merchant', { app_metadata: { merchant_id: 'm\u0000' } }, 'subject'],
    ['is of somebody who never signed in', { is_anonymous: true }, 'anonymous'],
  ])('that %s is refused, whoever signed it', async (_, change, flaw) => {
    expect(await verdict(check, await signed('ES256', change))).toBe(flaw);
    // As text: of some of them jsonwebtoken makes no token by itself.
    const payload = JSON.parse(JSON.stringify(claims(change))) as Record<string, unknown>;
    const token = jwt.sign(JSON.stringify(payload), SECRET, { header: { alg: 'HS256' } });
    expect(await verdict(check, token)).toBe(flaw);
  });

  test('names its project: another issuer is refused with keys of the JWKS, and with the secret where it is set', async () => {
    const iss = 'https://other.supabase.co/auth/v1';
    expect(await verdict(check, await signed('ES256', { iss }))).toBe('issuer');
    expect(await verdict(check, await signed('ES256', { iss: undefined }))).toBe('issuer');
    expect(await verdict(check, await legacy({ iss }))).toBe('taken');
    const strict = openTokenCheck(settings({ SUPABASE_JWT_ISSUER: server.issuer }), { log });
    expect(await verdict(strict, await legacy({ iss }))).toBe('issuer');
    expect(await verdict(strict, await legacy())).toBe('taken');
  });

  test('of somebody who never signed in is taken where the shop allows it', async () => {
    const open = openTokenCheck(settings({ SUPABASE_ANONYMOUS_USERS: 'allow' }), { log });
    expect(await verdict(open, await signed('ES256', { is_anonymous: true }))).toBe('taken');
  });

  test('cannot be forged', async () => {
    const stranger = await createProjectKey('ES256', 'kid-ES256');
    const token = await signed('ES256');
    const [header, payload, signature = ''] = token.split('.');
    const publicKey = JSON.stringify((keys['RS256'] as ProjectKey).publicJwk);
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forgeries: [string, string][] = [
      [await signToken(stranger, claims()), 'signature'],
      [jwt.sign(claims(), 'x'.repeat(40)), 'signature'],
      // A public key is no secret: the kind of key follows from the settings, never from the token.
      [jwt.sign(claims(), publicKey, { keyid: 'kid-RS256' }), 'signature'],
      [jwt.sign(claims(), SECRET, { algorithm: 'HS512' }), 'algorithm'],
      [`${part({ alg: 'none' })}.${payload}.`, 'algorithm'],
      [`${part({ alg: 'none' })}.${payload}.${signature}`, 'algorithm'],
      [`${header}.${part(claims({ sub: 'u-2' }))}.${signature}`, 'signature'],
      [`${header}.${payload}.`, 'signature'],
      [`${header}.${payload}`, 'malformed'],
      ['a.b.c', 'malformed'],
      ['not-a-token', 'malformed'],
    ];
    const found = await Promise.all(forgeries.map(([forgery]) => verdict(check, forgery)));
    expect(found).toEqual(forgeries.map(([, flaw]) => flaw));
  });

  test('with an extension that must be understood, and is not, is refused', async () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = part({ alg: 'HS256', crit: ['exp-of-mine'], 'exp-of-mine': 1 });
    expect(await verdict(check, `${header}.${part(claims())}.${'A'.repeat(43)}`)).toBe('critical');
  });

  test('is taken with the secret alone, or with the JWKS alone, as the settings say', async () => {
    const ofSecret = openTokenCheck(loadConfig({ SUPABASE_JWT_SECRET: SECRET }).accessTokens, { log });
    const ofJwks = openTokenCheck(loadConfig({ SUPABASE_JWKS_URL: server.url }).accessTokens, { log });
    expect(await verdict(ofSecret, await signed('ES256'))).toBe('algorithm');
    expect(await verdict(ofJwks, await legacy())).toBe('algorithm');
    expect(await verdict(ofJwks, await signed('RS256'))).toBe('taken');
  });

  test('is explained to a person: its header, its key, its claims, what is wrong and what to do; never the token', async () => {
    const token = await signed('ES256', { role: 'anon' });
    const { taken, facts, lines } = await explainToken(token, settings());
    const text = lines.join('\n');
    expect(taken).toBe(false);
    expect(text).toContain('alg "ES256", kid "kid-ES256"');
    expect(text).toContain(`the keys at ${server.url}`);
    expect(text).toContain('role: "anon"');
    expect(text).toMatch(/Refused \(jwt-invalid\): .*its role is not authenticated/);
    expect(text).not.toContain(token.split('.')[2]);
    expect(facts).toMatchObject({
      ...{ taken: false, user_id: null, code: 'jwt-invalid', key: server.url },
      ...{ header: { alg: 'ES256', kid: 'kid-ES256', crit: false }, claims: { role: 'anon' } },
    });
    expect(JSON.stringify(facts)).not.toContain(token.split('.')[2]);
    expect(await explainToken(await legacy(), settings())).toMatchObject({ taken: true });
    expect((await explainToken('nonsense', settings())).lines).toEqual([
      expect.stringContaining('it is no JWT'),
    ]);
  });
});

describe('the keys of a project', () => {
  let clock: number;
  let check: TokenCheck;
  let first: ProjectKey;
  let second: ProjectKey;
  beforeAll(async () => {
    [first, second] = [await createProjectKey('ES256', 'first'), await createProjectKey('ES256', 'second')];
  });
  beforeEach(() => {
    server.show([first]);
    server.state.asked = 0;
    clock = Date.now();
    check = openTokenCheck(settings(), { log, clock: () => clock });
  });
  const tokenOf = (key: ProjectKey) => signToken(key, claims({ exp: now() + 86_400 }));

  test('are asked for once for many tokens, also when they come at the same moment', async () => {
    const token = await tokenOf(first);
    const found = await Promise.all(Array.from({ length: 50 }, () => verdict(check, token)));
    expect(new Set(found)).toEqual(new Set(['taken']));
    expect(server.state.asked).toBe(1);
  });

  test('may rotate: a new one is found by its first token, and one that was taken away ends', async () => {
    expect(await verdict(check, await tokenOf(first))).toBe('taken');
    server.show([second]);
    clock += MINUTE;
    expect(await verdict(check, await tokenOf(second))).toBe('taken');
    expect(await verdict(check, await tokenOf(first))).toBe('key');
  });

  test('are asked for at most every 30 seconds, whatever keys tokens name', async () => {
    await verdict(check, await tokenOf(first));
    for (let index = 0; index < 40; index += 1) {
      const forged = await signToken({ ...second, kid: randomBytes(4).toString('hex') }, claims());
      expect(await verdict(check, forged)).toBe('key');
      clock += 1_000;
    }
    expect(server.state.asked).toBe(2);
  });

  test.each<[string, JwksAnswer]>([
    ['answers an error', { status: 500, text: '' }],
    ['answers what is no JSON', { status: 200, text: '<html>' }],
    ['answers what is no set of keys', { status: 200, text: '{"keys":7}' }],
    ['answers without end', { status: 200, text: ' '.repeat(2 ** 20) }],
    ['leads elsewhere', { status: 302, text: '' }],
    ['says nothing', { status: 200, text: '', hangs: true }],
  ])('that were seen last go on while the project %s', async (_, answer) => {
    expect(await verdict(check, await tokenOf(first))).toBe('taken');
    server.state.answer = answer;
    clock += 60 * MINUTE;
    expect(await verdict(check, await tokenOf(first))).toBe('taken');
    expect(server.state.asked).toBe(2);
    server.show([first, second]);
    clock += MINUTE;
    expect(await verdict(check, await tokenOf(second))).toBe('taken');
  });

  test('that were never seen make nobody guilty: 503, and no wrong token', async () => {
    server.state.answer = { status: 500, text: '' };
    expect(await check.check(await tokenOf(first))).toMatchObject({ flaw: 'away', code: 'jwks-unavailable' });
  });
});

describe('the settings of access tokens', () => {
  test.each([
    ['http://project.example/auth/v1/.well-known/jwks.json', 'must be an https:// URL'],
    ['file:///etc/passwd', 'must be an https:// URL'],
    ['https://user:password@project.example/.well-known/jwks.json', 'must be an https:// URL'],
    ['https://project.example/keys', 'SUPABASE_JWT_ISSUER: required'],
  ])('refuse %s', (url, words) => {
    expect(() => loadConfig({ SUPABASE_JWKS_URL: url })).toThrow(words);
  });

  test('pickup codes are kept only where there is a person to show them to', () => {
    const settings = { SUPABASE_JWT_SECRET: SECRET, PICKUP_CODE_KEYS: SECRET };
    expect(() => loadConfig(settings)).toThrow('PICKUP_CODE_KEYS: needs DEVICE_REGISTRATION=jwt');
    expect(loadConfig({ ...settings, DEVICE_REGISTRATION: 'jwt' }).pickupCodeKeys).toEqual([SECRET]);
  });

  test('jwt needs one of the two kinds of keys', () => {
    expect(() => loadConfig({ DEVICE_REGISTRATION: 'jwt' })).toThrow(
      'SUPABASE_JWKS_URL or SUPABASE_JWT_SECRET',
    );
  });
});
