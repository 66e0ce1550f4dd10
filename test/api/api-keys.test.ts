import { beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import pino from 'pino';
import { createApiKey, digestOf } from '../../src/api/api-key';
import { openKeyRing } from '../../src/api/key-ring';
import { insertApiKey, revokeApiKey } from '../../src/database/api-keys';
import { freePorts } from '../setup/free-port';
import { unique, useApiLab } from './api-lab';
import { catchLog } from './caught-log';

const SETTINGS = { DEVICE_REGISTRATION: 'key', API_KEYS: 'f'.repeat(48) };
const lab = useApiLab();
const silent = pino({ level: 'silent' });

async function storeKey(scopes: readonly string[] = ['read']): Promise<{ name: string; key: string }> {
  const [name, key] = [`key-${unique().toLowerCase()}`, createApiKey()];
  await insertApiKey(lab.db.pool, {
    ...{ name, scopes, sha256: digestOf(key) },
    ...{ createdBy: 'a test', expiresAt: null },
  });
  return { name, key };
}

describe('a key of the table', () => {
  let now: number;
  beforeEach(() => {
    now = Date.now();
  });
  const ring = (pool: pg.Pool) => openKeyRing({ apiKeys: [], pool, log: silent, clock: () => now });

  test('is kept as a digest only', async () => {
    const { name, key } = await storeKey();
    const { rows } = await lab.db.pool.query('select * from waybell.api_keys where name = $1', [name]);
    expect(JSON.stringify(rows)).not.toContain(key.slice(8, 20));
    expect(key.length).toBeGreaterThan(40);
  });

  test('is taken, and refused once it is revoked, within 5 seconds', async () => {
    const keys = ring(lab.db.pool);
    expect(await keys.find(createApiKey())).toBeUndefined();
    const { name, key } = await storeKey(['read', 'a-scope-of-later']);
    now += 5_001;
    expect(await keys.find(key)).toMatchObject({ name, scopes: ['read'] });
    await revokeApiKey(lab.db.pool, name);
    now += 5_001;
    expect(await keys.find(key)).toBeUndefined();
  });

  test('costs one statement in 5 seconds, however many keys are tried', async () => {
    let transactions = 0;
    const counting = {
      connect: () => {
        transactions += 1;
        return lab.db.pool.connect();
      },
    } as unknown as pg.Pool;
    const keys = ring(counting);
    const { key } = await storeKey();
    await Promise.all(Array.from({ length: 200 }, () => keys.find(createApiKey())));
    expect(await keys.find(key)).toBeDefined();
    // What does not look like a key of ours asks nothing at all.
    await ring(counting).find('x'.repeat(48));
    expect(transactions).toBe(1);
  });

  test('goes on for an hour while PostgreSQL is away, so that an outage can be seen', async () => {
    const [port] = await freePorts(1);
    const nowhere = new pg.Pool({ host: '127.0.0.1', port: Number(port) });
    let away = false;
    const pool = { connect: () => (away ? nowhere : lab.db.pool).connect() } as unknown as pg.Pool;
    const keys = ring(pool);
    const { name, key } = await storeKey();
    expect(await keys.find(key)).toMatchObject({ name });
    away = true;
    now += 59 * 60_000;
    expect(await keys.find(key)).toMatchObject({ name });
    now += 2 * 60_000;
    await expect(keys.find(key)).rejects.toThrow();
    await nowhere.end();
  });

  test('that stands in API_KEYS of somebody’s shell keeps its own scopes', async () => {
    const { key } = await storeKey(['read']);
    const keys = openKeyRing({ apiKeys: [key], pool: lab.db.pool, log: silent });
    expect(await keys.find(key)).toMatchObject({ scopes: ['read'] });
  });
});

describe('in open mode', () => {
  test('nobody needs a key, and who shows one is held to it', async () => {
    const api = await lab.serve({});
    const { key } = await storeKey(['read']);
    const release = (headers: Record<string, string>) =>
      api.call('POST', '/api/v1/providers/fcm/release', { headers });
    expect((await release({})).status).toBe(200);
    expect((await release({ 'x-api-key': 'any other' })).status).toBe(200);
    expect((await release({ 'x-api-key': key })).json).toMatchObject({ code: 'not-allowed' });
  });
});

describe('the log', () => {
  test('names the key that asked, and never shows it', async () => {
    const { log, lines } = catchLog();
    const api = await lab.serve(SETTINGS, { log });
    const { name, key } = await storeKey();
    await api.call('GET', '/api/v1/notifications', { headers: { 'x-api-key': key } });
    await api.call('GET', '/api/v1/notifications', { headers: { 'x-api-key': SETTINGS.API_KEYS } });
    const callers = lines.filter(({ msg }) => msg === 'request').map(({ caller }) => caller);
    expect(callers).toEqual([name, 'full#1']);
    expect(JSON.stringify(lines)).not.toContain(key);
  });

  test('has the address of each log-in that failed, not what was shown; a flood slows down and does not drown it', async () => {
    const { log, lines } = catchLog();
    const api = await lab.serve(SETTINGS, { log });
    const statuses: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const { status, headers, text } = await api.call('GET', '/api/v1/notifications', {
        headers: { 'x-api-key': `wrong-${'w'.repeat(40)}` },
      });
      statuses.push(status);
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(text).not.toContain('wrong-');
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(30);
    expect(statuses.filter((status) => status === 429)).toHaveLength(170);
    const warned = lines.filter(({ level }) => level === 40);
    // Ten that are alike, and that there are too many.
    expect(warned).toHaveLength(11);
    expect(warned[0]).toMatchObject({
      msg: 'a log-in failed',
      address: '127.0.0.1',
      code: 'api-key-invalid',
    });
    expect(JSON.stringify(lines)).not.toContain('wrong-');
    // Who shares the address, behind a proxy, is not locked out.
    const right = await api.call('GET', '/api/v1/notifications', {
      headers: { 'x-api-key': SETTINGS.API_KEYS },
    });
    expect(right.status).toBe(200);
  });
});

describe('the audit', () => {
  const admin = { 'x-api-key': SETTINGS.API_KEYS };
  type Row = Record<string, unknown>;

  test('says who decided what and how it ended, also of what was refused; reading is no decision', async () => {
    const api = await lab.serve(SETTINGS);
    const { name, key } = await storeKey(['read', 'link']);
    const ask = (method: string, path: string, json?: unknown) =>
      api.call(method, path, { headers: { 'x-api-key': key }, ...(json !== undefined && { json }) });
    await lab.db.pool.query(`insert into ml_orders (id, user_id) values ('O-AUDIT', 'u-1')`);
    await ask('GET', '/api/v1/notifications');
    await ask('PUT', '/api/v1/waybills/yto/AUDIT0001', { order_id: 'O-AUDIT' });
    await ask('PUT', '/api/v1/waybills/yto/AUDIT0001', { order_id: 'O-NOWHERE' });
    await api.call('POST', '/api/v1/providers/fcm/release', { headers: admin });
    await api.call('POST', '/api/v1/notifications/none/retry', {
      headers: admin,
      json: { reason: 'r'.repeat(200), operator: 'ann' },
    });

    const { json } = await api.call('GET', '/api/v1/audit', { headers: admin });
    const rows = json['audit'] as Row[];
    expect(
      rows.slice(0, 4).map(({ actor, action, subject, outcome }) => [actor, action, subject, outcome]),
    ).toEqual([
      ['full#1', 'retryNotification', 'none', 'notification-unknown'],
      ['full#1', 'releaseProvider', 'fcm', 'done'],
      [name, 'linkWaybill', 'yto AUDIT0001', 'order-unknown'],
      [name, 'linkWaybill', 'yto AUDIT0001', 'done'],
    ]);
    expect(rows[0]).toMatchObject({ place: '127.0.0.1', asked: expect.stringContaining('"operator":"ann"') });
    expect(rows[3]).toMatchObject({ asked: '{"order_id":"O-AUDIT"}' });

    const own = await api.call('GET', `/api/v1/audit?actor=${name}&limit=1`, { headers: admin });
    expect((own.json['audit'] as Row[]).map(({ id }) => id)).toEqual([rows[2]?.['id']]);
    const before = `/api/v1/audit?before=${String(rows[2]?.['id'])}&actor=${name}`;
    expect((await api.call('GET', before, { headers: admin })).json).toMatchObject({ count: 1 });
    const later = `/api/v1/audit?since=${new Date(Date.now() + 60_000).toISOString()}`;
    expect((await api.call('GET', later, { headers: admin })).json).toMatchObject({ count: 0 });
  });

  test('what cannot be written down is not done', async () => {
    const api = await lab.serve(SETTINGS);
    await lab.db.pool.query(
      `insert into waybell.push_circuits (provider, cause, words) values ('getui', 'quota', '')`,
    );
    await lab.db.pool.query('alter table waybell.audit rename to audit_away');
    const { status } = await api.call('POST', '/api/v1/providers/getui/release', { headers: admin });
    await lab.db.pool.query('alter table waybell.audit_away rename to audit');
    expect(status).toBe(500);
    const { rowCount } = await lab.db.pool.query(
      `select from waybell.push_circuits where provider = 'getui'`,
    );
    expect(rowCount).toBe(1);
  });
});
