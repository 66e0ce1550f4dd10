import { describe, expect, test } from '@jest/globals';
import { decode, sign, verify } from 'jsonwebtoken';
import { asPublished } from '../../src/doctor/examine';
import { generateKeys, judgeKey } from '../../src/doctor/keys';

const secret = 'a-secret-of-a-supabase-project-0123456789';
const now = Date.now();
const inSeconds = (ms: number): number => Math.floor((now + ms) / 1000);
const DAY = 86_400_000;

const judge = (value: string, against = secret) =>
  asPublished(judgeKey({ variable: 'SERVICE_ROLE_KEY', role: 'service_role', value }, against, now));
const key = (claims: object, by: string | Buffer = secret): string => sign(claims, by, { noTimestamp: true });

describe('a key of Supabase', () => {
  test('that fits says whose it is and until when', () => {
    expect(judge(key({ role: 'service_role', exp: inSeconds(400 * DAY) }))).toEqual({
      level: 'ok',
      message: expect.stringMatching(
        /^SERVICE_ROLE_KEY fits the secret: role service_role, until \d{4}-\d\d-\d\d\.$/,
      ),
    });
    expect(judge(key({ role: 'service_role' })).message).toContain('without an end');
  });

  test.each([
    [
      'of another secret',
      key({ role: 'service_role' }, 'another-secret-another-secret'),
      /not signed with this secret \(PGRST301\)/,
    ],
    [
      'of the decoded secret',
      key({ role: 'service_role' }, Buffer.from(secret, 'base64')),
      /only if the secret is read as base64/,
    ],
    ['of the other role', key({ role: 'anon' }), /is a key for anon, not for service_role/],
    ['without a role', key({ sub: 'x' }), /names no role/],
    ['that has expired', key({ role: 'service_role', exp: inSeconds(-DAY) }), /has expired on/],
    ['that is no JWT', 'eyJhbGciOi', /is no JWT/],
    ['without a signature', sign({ role: 'service_role' }, '', { algorithm: 'none' }), /is signed with none/],
  ])('%s is a problem, and neither is shown', (_, value, words) => {
    const { level, message, fix } = judge(value);
    expect(level).toBe('problem');
    expect(message).toMatch(words);
    expect(`${message} ${fix}`).not.toContain(value);
    expect(`${message} ${fix}`).not.toContain(secret);
  });

  test('that ends soon, or is of the new kind, is a warning', () => {
    expect(judge(key({ role: 'service_role', exp: inSeconds(3 * DAY) })).level).toBe('warning');
    expect(judge('sb_secret_0123456789').level).toBe('warning');
  });
});

describe('generated keys', () => {
  test('fit the secret that is made with them', () => {
    const made = generateKeys({ issuer: 'shop', audience: 'authenticated', years: 2 });
    expect(made.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(judge(made.serviceRoleKey, made.secret).level).toBe('ok');
    const claims = verify(made.anonKey, made.secret, { algorithms: ['HS256'] });
    expect(claims).toMatchObject({ role: 'anon', iss: 'shop', aud: 'authenticated' });
  });

  test('fit a secret that is there already, and another time gives another secret', () => {
    const made = generateKeys({ secret, issuer: 'supabase', years: 0.5 });
    expect(made.secret).toBe(secret);
    expect(judge(made.serviceRoleKey).level).toBe('ok');
    expect(decode(made.anonKey)).not.toHaveProperty('aud');
    const [one, other] = [1, 1].map((years) => generateKeys({ issuer: 'supabase', years }));
    expect(one?.secret).not.toBe(other?.secret);
  });
});
