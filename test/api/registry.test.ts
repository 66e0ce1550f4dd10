import { describe, expect, test } from '@jest/globals';
import { createECDH, randomBytes } from 'node:crypto';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const REGISTER = '/api/v1/push/register';
const browser = createECDH('prime256v1');
const KEYS = { p256dh: browser.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') };

const lab = useApiLab();
const api = use(() => lab.serve());

const register = (json: Record<string, unknown>) => api.call('POST', REGISTER, { json });
const endpoint = (): string => `https://fcm.googleapis.com/fcm/send/${unique()}`;

async function rows(cids: readonly string[]): Promise<Record<string, Record<string, unknown>>> {
  const { rows: found } = await lab.db.pool.query<{ cid: string }>(
    'select * from push_devices where cid = any ($1)',
    [cids],
  );
  return Object.fromEntries(found.map((row) => [row.cid, row]));
}

describe('a device of another provider', () => {
  test('is registered with what its provider needs, and no answer shows the keys of a browser', async () => {
    const cid = endpoint();
    const subscription = { ...KEYS, vapid_key: 'BKey' };
    const { status, json, text } = await register({ cid, user_id: 'u-1', provider: 'webpush', subscription });
    expect(status).toBe(200);
    expect(json['device']).toMatchObject({ cid, provider: 'webpush' });
    expect(text).not.toContain(KEYS.auth);
    const stored = await rows([cid]);
    expect(stored[cid]?.['subscription']).toEqual({ ...KEYS, vapidKey: 'BKey' });
  });

  test.each([
    ['fcm', `${'a'.repeat(11)}:APA91b${'x'.repeat(134)}`, {}],
    ['apns', 'ab'.repeat(32), { apns_environment: 'sandbox' }],
  ])('of %s has a cid of its own shape', async (provider, cid, more) => {
    const { status, json } = await register({ cid, user_id: 'u-1', provider, ...more });
    expect(status).toBe(200);
    expect(json['device']).toMatchObject({ cid, provider, ...more });
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['an endpoint that is not https', 'cid', { cid: 'http://fcm.googleapis.com/x' }],
    ['an endpoint at no push service', 'cid', { cid: 'https://evil.example/x' }],
    ['an endpoint in our network', 'cid', { cid: 'https://169.254.169.254/x' }],
    ['an endpoint of this machine', 'cid', { cid: 'http://127.0.0.1:9/x' }],
    ['no keys', 'subscription', { subscription: null }],
    ['a key that is no point', 'subscription', { subscription: { ...KEYS, p256dh: 'A'.repeat(87) } }],
    ['a short secret', 'subscription', { subscription: { ...KEYS, auth: 'AAAA' } }],
    ['a key that is no text', 'subscription', { subscription: { ...KEYS, auth: 7 } }],
    ['a token of FCM that is none', 'cid', { provider: 'fcm', cid: 'a b' }],
    ['a token of Apple that is not hex', 'cid', { provider: 'apns', cid: 'z'.repeat(64) }],
    ['an unknown environment', 'apns_environment', { apns_environment: 'test' }],
    ['an impossible installation', 'installation_id', { installation_id: 'a b' }],
  ])('is refused because of %s', async (_, field, change) => {
    const before = await lab.traces();
    const asked = { cid: endpoint(), user_id: 'u-1', provider: 'webpush', subscription: KEYS, ...change };
    const { status, json } = await register(asked);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'field-invalid', field });
    expect(await lab.traces()).toEqual(before);
  });
});

describe('the key that a browser subscribes with', () => {
  const ROUTE = '/api/v1/push/webpush/key';

  test('is the public half of the key that we sign with', async () => {
    const vapid = createECDH('prime256v1');
    vapid.generateKeys();
    const shop = await lab.serve({
      VAPID_PRIVATE_KEY: vapid.getPrivateKey('base64url'),
      VAPID_SUBJECT: 'mailto:ops@shop.example',
    });
    const { status, json } = await shop.call('GET', ROUTE);
    expect([status, json]).toEqual([200, { ok: true, vapid_key: vapid.getPublicKey('base64url') }]);
  });

  test('is not there while Web Push is not switched on, which the answer says', async () => {
    const { status, json } = await api.call('GET', ROUTE);
    expect(status).toBe(404);
    expect(json).toMatchObject({ ok: false, code: 'webpush-off' });
  });
});

describe('an app that is installed again', () => {
  test('retires the older cid of the same installation, of the same owner', async () => {
    const [older, newer, elsewhere] = [unique(), unique(), unique()];
    const installation_id = `i-${unique()}`;
    await register({ cid: older, user_id: 'u-new', merchant_id: 'm-1', installation_id });
    await register({ cid: elsewhere, user_id: 'u-new', installation_id, appid: 'other' });
    await register({ cid: newer, user_id: 'u-new', installation_id });
    expect(await rows([older, newer, elsewhere])).toMatchObject({
      [older]: { is_active: false, inactive_reason: 'reinstalled', inactive_at: expect.any(Date) },
      [newer]: { is_active: true, user_id: 'u-new' },
      [elsewhere]: { is_active: true },
    });
    await register({ cid: older, user_id: 'u-new' });
    expect(await rows([older, newer])).toMatchObject({
      [older]: { is_active: true, inactive_reason: null },
      [newer]: { is_active: false, inactive_reason: 'reinstalled' },
    });
  });

  test.each([
    ['another person', { user_id: 'u-thief' }],
    ['the merchant of that person', { merchant_id: 'm-1' }],
    ['another person of the same merchant', { user_id: 'u-thief', merchant_id: 'm-1' }],
  ])(
    'of %s retires no phone that is not theirs, whatever it says of its installation',
    async (_, stranger) => {
      const [theirs, strangers] = [unique(), unique()];
      const installation_id = `i-${unique()}`;
      await register({ cid: theirs, user_id: 'u-owner', merchant_id: 'm-1', installation_id });
      await register({ cid: strangers, ...stranger, installation_id });
      expect(await rows([theirs, strangers])).toMatchObject({
        [theirs]: { is_active: true, user_id: 'u-owner' },
        [strangers]: { is_active: true },
      });
    },
  );

  test('with another account signed in moves the phone itself: the old account gets nothing on it any more', async () => {
    const [cid, installation_id] = [unique(), `i-${unique()}`];
    await register({ cid, user_id: 'u-first', installation_id });
    await register({ cid, user_id: 'u-second', installation_id });
    expect(await rows([cid])).toMatchObject({ [cid]: { is_active: true, user_id: 'u-second' } });
  });

  test('ten times at once leaves one active cid', async () => {
    const installation_id = `i-${unique()}`;
    const cids = Array.from({ length: 10 }, unique);
    const answers = await Promise.all(cids.map((cid) => register({ cid, user_id: 'u-1', installation_id })));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    const active = Object.values(await rows(cids)).filter((row) => row['is_active']);
    expect(active).toHaveLength(1);
  });
});

describe('an owner with more phones than one owner may have', () => {
  const bounded = use(() => lab.serve({ MAX_DEVICES_PER_USER: '3', MAX_DEVICES_PER_MERCHANT: '5' }));

  async function registerMany(count: number, owner: Record<string, unknown>): Promise<string[]> {
    const cids = Array.from({ length: count }, unique);
    for (const cid of cids) await bounded.call('POST', REGISTER, { json: { cid, ...owner } });
    return cids;
  }
  async function activeOf(cids: readonly string[]): Promise<string[]> {
    const found = await rows(cids);
    return cids.filter((cid) => found[cid]?.['is_active']);
  }

  test('keeps those that registered last; the oldest say why they are silent, and come back', async () => {
    const user_id = `u-${unique()}`;
    const cids = await registerMany(5, { user_id });
    expect(await activeOf(cids)).toEqual(cids.slice(2));
    const [oldest = ''] = cids;
    expect((await rows([oldest]))[oldest]).toMatchObject({ inactive_reason: 'too_many_devices' });
    await bounded.call('POST', REGISTER, { json: { cid: oldest, user_id } });
    expect(await activeOf(cids)).toEqual([oldest, ...cids.slice(3)]);
  });

  test('touches nobody else, and a merchant with many people may have more', async () => {
    const others = await registerMany(3, { user_id: `u-${unique()}` });
    const merchants = await registerMany(6, { merchant_id: `m-${unique()}` });
    expect(await activeOf(others)).toEqual(others);
    expect(await activeOf(merchants)).toEqual(merchants.slice(1));
  });
});

test('a browser that subscribed with another VAPID key is told so, and not stored', async () => {
  const vapid = createECDH('prime256v1');
  vapid.generateKeys();
  const withKey = await lab.serve({
    VAPID_PRIVATE_KEY: vapid.getPrivateKey('base64url'),
    VAPID_SUBJECT: 'mailto:ops@shop.example',
  });
  const subscribe = (vapid_key: string | undefined) =>
    withKey.call('POST', REGISTER, {
      json: { cid: endpoint(), user_id: 'u-1', provider: 'webpush', subscription: { ...KEYS, vapid_key } },
    });
  const other = createECDH('prime256v1').generateKeys('base64url');
  expect((await subscribe(other)).json).toMatchObject({ code: 'field-invalid', field: 'subscription' });
  expect((await subscribe(`${vapid.getPublicKey('base64url')}=`)).status).toBe(200);
  // What the registration does not say is not known.
  expect((await subscribe(undefined)).status).toBe(200);
});
