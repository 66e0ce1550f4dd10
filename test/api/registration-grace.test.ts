import { describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { loadConfig } from '../../src/config/config';
import { graceOf } from '../../src/config/registration-grace';
import { openDoors } from '../../src/config/open-doors';
import { registrations } from '../../src/doctor/checks/registrations';
import { asPublished } from '../../src/doctor/examine';
import type { DoctorContext } from '../../src/doctor/check';
import { OPERATIONS } from '../../src/api/operations';
import { use } from '../setup/use';
import { type Answer, unique, useApiLab } from './api-lab';

const SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const LAST_DAY = '2027-01-31';
const SETTINGS = {
  ...{ DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: SECRET, API_KEYS: 'f'.repeat(48) },
  ...{ ANONYMOUS_REGISTRATION_UNTIL: LAST_DAY, MAX_DEVICES_PER_USER: '2' },
};
const REGISTER = '/api/v1/push/register';
const DAY_MS = 86_400_000;
/** The day ends in Asia/Shanghai. */
const END = Date.parse('2027-01-31T16:00:00Z');
let now = END - 60 * DAY_MS;

const lab = useApiLab();
const api = use(() => lab.serve(SETTINGS, { clock: () => now }));

const tokenOf = (sub: string) => ({
  authorization: `Bearer ${jwt.sign({ sub, role: 'authenticated', aud: 'authenticated', exp: END / 1000 + 9_999_999 }, SECRET)}`,
});
const register = (cid: string, userId: string, headers: Record<string, string> = {}): Promise<Answer> =>
  api.call('POST', REGISTER, { json: { cid, user_id: userId }, headers });

async function marksOf(
  cid: string,
): Promise<{ owner: unknown; proven: boolean; tokenless: boolean } | undefined> {
  const { rows } = await lab.db.pool.query<{ owner: unknown; proven: boolean; tokenless: boolean }>(
    `select user_id as owner, proven_at is not null as proven, tokenless_since is not null as tokenless
       from push_devices where cid = $1`,
    [cid],
  );
  return rows[0];
}

async function examine(change: Record<string, string> = {}) {
  const context = {
    config: loadConfig({ ...SETTINGS, ...change }),
    database: () => Promise.resolve({ url: lab.db.url, pool: lab.db.pool }),
    clock: () => now,
  };
  return (await registrations.run(context as unknown as DoctorContext)).map(asPublished);
}

describe('apps that register without a token', () => {
  test('are taken until the day is over in the zone of the shop, and refused with a code of their own after it', async () => {
    const cid = unique();
    now = END - 1_000;
    expect((await register(cid, 'u-old')).status).toBe(200);
    expect(await marksOf(cid)).toEqual({ owner: 'u-old', proven: false, tokenless: true });
    now = END;
    const refused = await register(unique(), 'u-old');
    expect([refused.status, refused.json['code']]).toEqual([401, 'registration-grace-over']);
    expect((await register(unique(), 'u-new', tokenOf('u-new'))).status).toBe(200);
    now = END - 60 * DAY_MS;
  });

  test('may do nothing but register', async () => {
    const others = OPERATIONS.filter(
      ({ id, access }) => typeof access === 'object' && id !== 'registerDevice',
    );
    for (const { method, path, body } of others) {
      const call = body ? { json: { cid: unique(), user_id: 'u-old', message_id: 'm', event: 'shown' } } : {};
      const { status, json } = await api.call(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'), call);
      expect([method, path, status, json['code']]).toEqual([method, path, 401, 'api-key-missing']);
    }
  });

  test('must show a token that is good, where they show one', async () => {
    const { json } = await register(unique(), 'u-old', { authorization: 'Bearer a.b.c' });
    expect(json['code']).toBe('jwt-invalid');
  });

  test('take no phone from who has shown a token for it, nor drive such a phone out', async () => {
    const owner = `u-${unique()}`;
    const [proven, other] = [unique(), unique()];
    await register(proven, owner, tokenOf(owner));
    expect((await register(proven, 'u-thief')).json).toMatchObject({ code: 'api-key-missing' });
    expect(await marksOf(proven)).toEqual({ owner, proven: true, tokenless: false });
    // More of them than a person may have.
    for (const cid of [unique(), unique(), other]) expect((await register(cid, owner)).status).toBe(200);
    const { rows } = await lab.db.pool.query<{ cid: string }>(
      'select cid from push_devices where user_id = $1 and is_active',
      [owner],
    );
    expect(rows.map(({ cid }) => cid).sort()).toEqual([proven, other].sort());
  });

  test('retire no phone of who has shown a token, by saying that theirs is the same installation', async () => {
    const owner = `u-${unique()}`;
    const [proven, foreign, unproven, again] = [unique(), unique(), unique(), unique()];
    const install = (cid: string, installation_id: string, headers: Record<string, string> = {}) =>
      api.call('POST', REGISTER, { json: { cid, user_id: owner, installation_id }, headers });
    await install(proven, 'phone-1', tokenOf(owner));
    expect((await install(foreign, 'phone-1')).status).toBe(200);
    for (const cid of [unproven, again]) await install(cid, 'phone-2');
    const { rows } = await lab.db.pool.query<{ cid: string }>(
      `select cid from push_devices where user_id = $1 and inactive_reason = 'reinstalled'`,
      [owner],
    );
    expect(rows).toEqual([{ cid: unproven }]);
  });

  test('are proven by the next registration with a token', async () => {
    const cid = unique();
    await register(cid, 'u-9');
    await register(cid, 'u-9', tokenOf('u-9'));
    expect(await marksOf(cid)).toEqual({ owner: 'u-9', proven: true, tokenless: false });
  });

  test('are limited by address', async () => {
    const strict = await lab.serve(SETTINGS, { clock: () => now });
    // Nothing is in them: what is counted is that somebody asks.
    const answers = await Promise.all(
      Array.from({ length: 310 }, () => strict.call('POST', REGISTER, { json: {} })),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([400, 429]));
  });
});

describe('the doctor', () => {
  test('counts them, by app and since when, and warns louder as the day comes', async () => {
    await lab.db.pool.query(`update push_devices set is_active = false`);
    const [none] = await examine();
    expect(none).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('No phone comes without a token'),
    });
    await lab.db.pool.query(
      `insert into push_devices (appid, cid, user_id, registered_at, tokenless_since)
       values ('shop', 'a', 'u', '2026-12-20', '2026-12-01'), ('shop', 'b', 'u', '2026-12-24', '2026-12-02'),
              ('desk', 'c', 'u', '2026-12-05', '2026-12-05')`,
    );
    const words =
      'shop: 2 phones without a token, the first since 2026-12-01, the last 2026-12-24; desk: 1 phone without a token';
    now = END - 60 * DAY_MS;
    expect(await examine()).toMatchObject([{ level: 'warning', message: expect.stringContaining(words) }]);
    now = END - 9 * DAY_MS;
    const [soon] = await examine();
    expect(soon).toMatchObject({ level: 'problem', message: expect.stringContaining('(9 days left)') });
    now = END;
    const [over] = await examine();
    expect(over).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('are refused since 2027-01-31'),
    });
    const [removed] = await examine({ ANONYMOUS_REGISTRATION_UNTIL: '' });
    expect(removed).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('is not set any more'),
    });
    await lab.db.pool.query('update push_devices set tokenless_since = null');
    expect(await examine({ ANONYMOUS_REGISTRATION_UNTIL: '' })).toMatchObject([{ level: 'ok' }]);
  });

  test('names the open door', () => {
    expect(openDoors(loadConfig(SETTINGS)).map(({ what }) => what.en)).toEqual([
      expect.stringContaining('Until 2027-01-31 who reaches POST /api/v1/push/register'),
    ]);
  });
});

describe('the setting', () => {
  test.each(['2027-02-30', '31.01.2027', '2027-1-31', 'soon', '2027-01-31T00:00:00Z'])(
    'refuses %s at the start: it is no day',
    (day) => {
      expect(() => loadConfig({ ...SETTINGS, ANONYMOUS_REGISTRATION_UNTIL: day })).toThrow(
        'ANONYMOUS_REGISTRATION_UNTIL: must be the last day',
      );
    },
  );

  test('is refused where nobody is asked for a token', () => {
    expect(() => loadConfig({ ANONYMOUS_REGISTRATION_UNTIL: LAST_DAY })).toThrow(
      'needs DEVICE_REGISTRATION=key or jwt',
    );
  });

  test.each([
    ['Asia/Shanghai', '2027-01-31T16:00:00.000Z'],
    ['Pacific/Auckland', '2027-01-31T11:00:00.000Z'],
    ['Pacific/Kiritimati', '2027-01-31T10:00:00.000Z'],
    ['America/Los_Angeles', '2027-02-01T08:00:00.000Z'],
    ['Pacific/Pago_Pago', '2027-02-01T11:00:00.000Z'],
  ])('ends the day in %s', (zone, end) => {
    const grace = graceOf({ ANONYMOUS_REGISTRATION_UNTIL: LAST_DAY }, zone);
    expect(new Date(grace?.endsAt ?? 0).toISOString()).toBe(end);
  });
});
