import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const KEY = 'a-key-of-thirty-two-characters-or-more';

/** Columns of a shop's ids, one id in the spelling of the shop and in that of a caller. */
describe.each([
  ['text', '6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90', '6F2D9C1E-0A4B-4C8D-9E21-5B7F3A6C8D90'],
  ['varchar(40)', '6F2D9C1E-0A4B-4C8D-9E21-5B7F3A6C8D90', '6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90'],
  ['uuid', '6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90', '6F2D9C1E-0A4B-4C8D-9E21-5B7F3A6C8D90'],
  ['bigint', '42', '0042'],
])('ids that are %s in the shop', (type, written, spelled) => {
  const lab = useApiLab();
  const api = use(() => lab.serve());
  beforeAll(async () => {
    for (const [table, column] of [
      ['push_devices', 'user_id'],
      ['push_devices', 'merchant_id'],
      ['express_notifications', 'recipient_id'],
      ['ml_orders', 'id'],
    ] as const)
      await lab.db.pool.query(
        `alter table ${table} alter column ${column} type ${type} using ${column}::text::${type}`,
      );
  });

  test('are found by the lists in any spelling', async () => {
    const cid = unique();
    await lab.db.pool.query(`insert into push_devices (cid, user_id, merchant_id) values ($1, $2, $2)`, [
      ...[cid, written],
    ]);
    const messageId = `w:1:delivered:1:${unique()}`;
    await lab.db.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id) values ($1, 'user', $2)`,
      [messageId, written],
    );
    for (const owner of ['user_id', 'merchant_id']) {
      const { json } = await api.call('GET', `/api/v1/push/devices?${owner}=${spelled}`);
      expect(json).toMatchObject({ devices: [{ cid, [owner]: written }], count: 1 });
    }
    const { json } = await api.call('GET', `/api/v1/notifications?recipient_id=${spelled}`);
    expect(json).toMatchObject({ notifications: [{ message_id: messageId }], count: 1 });
  });

  test('link a waybill to the order that is meant, as the shop spells it', async () => {
    await lab.db.pool.query(`insert into ml_orders (id, user_id) values ($1, 'u-1')`, [written]);
    const { status, json } = await api.call('PUT', `/api/v1/waybills/yto/YT${unique()}`, {
      json: { order_id: spelled },
    });
    expect([status, json['waybill']]).toMatchObject([200, { order_id: written }]);
  });

  const columnTakesAll = type === 'text' || type.startsWith('varchar');
  test(`name ${columnTakesAll ? 'nobody, or are' : 'the field when they are'} none of the shop`, async () => {
    const { status, json } = await api.call('GET', `/api/v1/push/devices?user_id=guest-4711`);
    if (columnTakesAll) expect([status, json['count']]).toEqual([200, 0]);
    else expect([status, json['field']]).toEqual([400, 'user_id']);
  });
});

describe('a person whose id is a uuid', () => {
  const lab = useApiLab();
  const api = use(() =>
    lab.serve({ DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: JWT_SECRET, API_KEYS: KEY }),
  );

  test('is the same person in capitals, and nobody else is', async () => {
    const [user, stranger] = [randomUUID(), randomUUID()];
    const token = jwt.sign({ sub: user, aud: 'authenticated', role: 'authenticated' }, JWT_SECRET, {
      expiresIn: '1h',
    });
    const headers = { authorization: `Bearer ${token}` };
    const cid = unique();
    const register = (userId: string) =>
      api.call('POST', '/api/v1/push/register', { headers, json: { cid, user_id: userId } });
    expect((await register(user.toUpperCase())).status).toBe(200);
    expect((await register(stranger)).json).toMatchObject({ code: 'not-your-device', field: 'user_id' });
    const { json } = await api.call('GET', `/api/v1/push/devices?user_id=${user}`, { headers });
    expect(json).toMatchObject({ devices: [{ cid }] });
    const signedOff = await api.call('POST', '/api/v1/push/unregister', { headers, json: { cid } });
    expect(signedOff.status).toBe(200);
  });
});
