import { beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { mayAsk, type Caller } from '../../src/api/access';
import { createApiKey, digestOf } from '../../src/api/api-key';
import { SCOPE_NAMES, type Scope } from '../../src/config/scopes';
import type { Operation } from '../../src/api/operation';
import { OPERATIONS } from '../../src/api/operations';
import { insertApiKey, revokeApiKey } from '../../src/database/api-keys';
import { type Api, type Answer, unique, useApiLab } from './api-lab';

/**
 * For every operation of the description: who may ask, and who may not. `access` beside each operation decides; an
 * operation without one does not compile, and one whose route does not hold it fails here.
 */

const FULL_KEY = 'f'.repeat(48);
const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const SETTINGS = {
  DEVICE_REGISTRATION: 'jwt',
  SUPABASE_JWT_SECRET: JWT_SECRET,
  API_KEYS: FULL_KEY,
  WEBHOOK_SECRETS: `whsec_${'a'.repeat(32)}`,
};

const lab = useApiLab();
const guarded = OPERATIONS.filter(({ access }) => typeof access === 'object');
const named = (operations: readonly Operation[]) =>
  operations.map((operation): [string, Operation] => [
    `${operation.method.toUpperCase()} ${operation.path}`,
    operation,
  ]);

const token = (sub: string) =>
  jwt.sign({ sub, role: 'authenticated', aud: 'authenticated' }, JWT_SECRET, { expiresIn: '1h' });

/** Asks with nothing that could succeed: what is there to refuse is refused before that matters. */
function ask(api: Api, { method, path, body }: Operation, headers: Record<string, string>): Promise<Answer> {
  return api.call(method.toUpperCase(), path.replace(/\{\w+\}/g, 'example'), {
    headers,
    ...(body && { json: {} }),
  });
}

/** Whether it is a refusal of who asks, not of what is asked. */
const REFUSALS = ['api-key-missing', 'api-key-invalid', 'jwt-invalid', 'not-allowed', 'too-many-requests'];
const refusal = ({ json }: Answer): string | undefined => REFUSALS.find((code) => code === json['code']);

async function storeKey(scopes: readonly Scope[], expiresAt: Date | null = null): Promise<[string, string]> {
  const [name, key] = [`key-${unique().toLowerCase()}`, createApiKey()];
  const stored = { name, sha256: digestOf(key), scopes, createdBy: 'a test', expiresAt };
  expect(await insertApiKey(lab.db.pool, stored)).toBe(true);
  return [name, key];
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe.each(named(guarded))('%s', (_, operation) => {
  let api: Api;
  beforeAll(async () => {
    api = await lab.serve(SETTINGS);
  });
  if (typeof operation.access !== 'object') return;
  const { access } = operation;
  const may = (caller: Caller): string => (mayAsk(caller, access) ? 'may' : 'may not');
  const keyWith = (scope: Scope): Caller => ({ kind: 'key', name: scope, scopes: [scope] });

  test('refuses nobody in particular, wrong keys, and keys that have ended', async () => {
    const before = await lab.traces();
    const [, expired] = await storeKey(['admin'], new Date(Date.now() - 1_000));
    const [name, revoked] = await storeKey(['admin']);
    await revokeApiKey(lab.db.pool, name);
    expect(refusal(await ask(api, operation, {}))).toBe('api-key-missing');
    for (const key of ['x'.repeat(48), `${FULL_KEY}x`, createApiKey(), expired, revoked]) {
      expect(refusal(await ask(api, operation, { 'x-api-key': key }))).toBe('api-key-invalid');
    }
    expect(refusal(await ask(api, operation, bearer('a.b.c')))).toBe('jwt-invalid');
    expect(await lab.traces()).toEqual(before);
  });

  test.each(SCOPE_NAMES.map((scope): [Scope, string] => [scope, may(keyWith(scope))]))(
    'a key that is for %s: %s',
    async (scope, expected) => {
      const [, key] = await storeKey([scope]);
      const fresh = await lab.serve(SETTINGS);
      const answer = await ask(fresh, operation, bearer(key));
      expect(refusal(answer)).toBe(expected === 'may' ? undefined : 'not-allowed');
      if (expected === 'may not') expect(answer.status).toBe(403);
      await fresh.close();
    },
  );

  test('takes a key of API_KEYS', async () => {
    expect(refusal(await ask(api, operation, bearer(FULL_KEY)))).toBeUndefined();
  });

  test(`a person with an access token: ${may({ kind: 'person', userId: 'u-1', merchantId: undefined })}`, async () => {
    const answer = await ask(api, operation, bearer(token('u-1')));
    expect(refusal(answer)).toBe(access.persons ? undefined : 'not-allowed');
  });
});

describe.each(named(OPERATIONS.filter(({ access }) => access === 'everybody')))('%s', (_, operation) => {
  test('asks nobody who they are', async () => {
    const api = await lab.serve(SETTINGS);
    expect(refusal(await ask(api, operation, {}))).toBeUndefined();
    expect(refusal(await ask(api, operation, { 'x-api-key': 'x'.repeat(48) }))).toBeUndefined();
  });
});

describe('what a person reaches is their own', () => {
  let api: Api;
  beforeAll(async () => {
    api = await lab.serve(SETTINGS);
  });
  const owner = `u-${unique()}`;
  const cid = unique();
  const messageId = `w-${unique()}:1:delivered:1:user`;
  /** One request of each of these operations about the owner's phone or messages. */
  const ABOUT_THE_OWNER: Readonly<Record<string, { readonly query?: string; readonly json?: unknown }>> = {
    registerDevice: { json: { cid: unique(), user_id: owner } },
    listDevices: { query: `?user_id=${owner}` },
    recordReceipt: { json: { cid, message_id: messageId, event: 'shown' } },
    listInbox: { query: `?user_id=${owner}` },
    markInbox: { json: { user_id: owner, message_ids: [messageId] } },
    listParcels: { query: `?user_id=${owner}` },
    unregisterDevice: { json: { cid } },
  };
  /** Which are the same for everybody. */
  const PUBLIC = ['showWebPushKey'];
  const ofPersons = OPERATIONS.filter(({ access }) => typeof access === 'object' && access.persons);

  beforeAll(async () => {
    await api.call('POST', '/api/v1/push/register', {
      headers: bearer(FULL_KEY),
      json: { cid, user_id: owner },
    });
    await lab.db.pool.query(
      `insert into public.express_notifications (message_id, aud, recipient_id, tracking_no, status, title, body, send_status, last_error, workflow_id)
       values ($1, 'user', $2, 'T1', 'delivered', 'a title', 'a body', 'failed', 'words of a provider', 'delivery/x'),
              ($1 || 'm', 'merchant', $2, 'T1', 'delivered', 'of a merchant with the same number', 'b', 'failed', '', 'delivery/x')`,
      [messageId, owner],
    );
  });

  const asks = (id: string, sub: string): Promise<Answer> => {
    const { method, path } = OPERATIONS.find((operation) => operation.id === id) as Operation;
    const { query = '', json } = ABOUT_THE_OWNER[id] ?? {};
    return api.call(method.toUpperCase(), path + query, {
      headers: bearer(token(sub)),
      ...(json !== undefined && { json }),
    });
  };

  test('every operation that takes persons is tried here', () => {
    expect([...Object.keys(ABOUT_THE_OWNER), ...PUBLIC].sort()).toEqual(ofPersons.map(({ id }) => id).sort());
  });

  test.each(Object.keys(ABOUT_THE_OWNER))('%s refuses a stranger', async (id) => {
    const before = await lab.traces();
    expect((await asks(id, 'u-stranger')).json).toMatchObject({ ok: false, code: 'not-your-device' });
    expect(await lab.traces()).toEqual(before);
  });

  test.each(Object.keys(ABOUT_THE_OWNER))('%s lets the owner in', async (id) => {
    const { status, json } = await asks(id, owner);
    // This message was never pushed to this phone: that is said to its owner, and to nobody else.
    if (id === 'recordReceipt') expect(json['code']).toBe('push-unknown');
    else expect(status).toBe(200);
  });

  test('the messages of an owner say nothing of deliveries, and are not those of a merchant with the same id', async () => {
    const { json } = await asks('listInbox', owner);
    expect(json).toMatchObject({ count: 1, notifications: [{ message_id: messageId, title: 'a title' }] });
    expect(JSON.stringify(json)).not.toMatch(/workflow|provider|temporal/);
  });
});

describe('a person who registers for a merchant, where the shop says who belongs to it', () => {
  const REGISTER = '/api/v1/push/register';
  let api: Api;
  beforeAll(async () => {
    api = await lab.serve({ ...SETTINGS, SHOP_TABLES: '{"members": {"function": "staff_of"}}' });
    await says(`return query select 'u-in'::text where merchant = 'm-1'`);
  });
  const says = (body: string): Promise<unknown> =>
    lab.db.pool.query(
      `create or replace function staff_of(merchant text) returns setof text language plpgsql as $$ begin ${body}; end $$`,
    );
  const registers = (sub: string, json: object, cid: string = unique()): Promise<Answer> => {
    const claims = { sub, role: 'authenticated', aud: 'authenticated', app_metadata: { merchant_id: 'm-9' } };
    const bearerOf = jwt.sign(claims, JWT_SECRET, { expiresIn: '1h' });
    return api.call('POST', REGISTER, { headers: bearer(bearerOf), json: { cid, ...json } });
  };

  test('is let in as its member, and the token alone says nothing', async () => {
    expect((await registers('u-in', { merchant_id: 'm-1' })).status).toBe(200);
    for (const [sub, merchant_id] of [
      ['u-out', 'm-1'],
      ['u-in', 'm-9'],
    ] as const) {
      const { status, json } = await registers(sub, { user_id: sub, merchant_id });
      expect([status, json['code'], json['field']]).toEqual([403, 'not-your-device', 'merchant_id']);
    }
    const inbox = await api.call('GET', '/api/v1/push/notifications?merchant_id=m-1', {
      headers: bearer(token('u-out')),
    });
    expect(inbox.json).toMatchObject({ code: 'not-your-device', field: 'merchant_id' });
  });

  test('takes over the phone of another person, whose name the token does not hold', async () => {
    const cid = unique();
    await api.call('POST', REGISTER, { headers: bearer(FULL_KEY), json: { cid, user_id: 'u-before' } });
    const { json } = await registers('u-in', { merchant_id: 'm-1' }, cid);
    expect(json['device']).toMatchObject({ user_id: null, merchant_id: 'm-1' });
  });

  test('comes later while that cannot be looked up', async () => {
    await says(`raise exception 'not today'`);
    const { status, json, headers } = await registers('u-in', { merchant_id: 'm-1' });
    expect([status, json['code'], headers.get('retry-after')]).toEqual([503, 'database-unavailable', '5']);
    expect(JSON.stringify(json)).not.toContain('not today');
    expect((await registers('u-in', {})).status).toBe(200);
  });
});
