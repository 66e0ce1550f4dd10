import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { openTemporalAway } from '../setup/temporal-away';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const REGISTER = '/api/v1/push/register';
const UNREGISTER = '/api/v1/push/unregister';
const DEVICES = '/api/v1/push/devices';

const lab = useApiLab();
const api = use(() => lab.serve());

const register = (json: Record<string, unknown>) => api.call('POST', REGISTER, { json });

async function deviceRow(cid: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await lab.db.pool.query<Record<string, unknown>>(
    `select * from push_devices where cid = $1`,
    [cid],
  );
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0];
}

describe('a registration', () => {
  test('is answered with the row as written', async () => {
    const cid = unique();
    const { status, json } = await register({ cid, user_id: 'u-1', merchant_id: 'm-1', platform: 'android' });
    expect(status).toBe(200);
    const row = await deviceRow(cid);
    expect(json).toEqual({ ok: true, woken: 0, device: expect.objectContaining({ id: row?.['id'], cid }) });
    expect(json['device']).toMatchObject({
      appid: 'default',
      user_id: 'u-1',
      merchant_id: 'm-1',
      platform: 'android',
      provider: 'unicloud',
      is_active: true,
      inactive_reason: null,
    });
  });

  test('may be sent twice: one row, seen again', async () => {
    const cid = unique();
    const first = await register({ cid, user_id: 'u-1', platform: 'ios' });
    const again = await register({ cid, user_id: 'u-1' });
    expect(again.json['device']).toMatchObject({
      id: (first.json['device'] as { id: string }).id,
      platform: 'ios',
    });
    expect(await deviceRow(cid)).toMatchObject({ user_id: 'u-1', platform: 'ios' });
  });

  test('of one phone ten times at once leaves one row', async () => {
    const cid = unique();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => register({ cid, user_id: `u-${index}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    expect(await deviceRow(cid)).toMatchObject({ cid });
  });

  test('by another account moves the phone: nothing of the old owner stays', async () => {
    const cid = unique();
    await register({ cid, user_id: 'u-old', merchant_id: 'm-old' });
    const { json } = await register({ cid, merchant_id: 'm-new', user_id: null });
    expect(json['device']).toMatchObject({ user_id: null, merchant_id: 'm-new' });
    expect(await deviceRow(cid)).toMatchObject({ user_id: null, merchant_id: 'm-new' });
    expect((await api.call('GET', `${DEVICES}?user_id=u-old`)).json).toMatchObject({ devices: [], count: 0 });
  });

  describe('says a person, or a person and a role', () => {
    const registered = async (json: Record<string, unknown>): Promise<unknown[]> => {
      const { json: answer } = await register(json);
      const { user_id, merchant_id } = answer['device'] as Record<string, unknown>;
      return [user_id, merchant_id];
    };

    test('and takes no role away by silence: an app may say them one after the other', async () => {
      const cid = unique();
      expect(await registered({ cid, user_id: 'u-1' })).toEqual(['u-1', null]);
      expect(await registered({ cid, merchant_id: 'm-1' })).toEqual(['u-1', 'm-1']);
      expect(await registered({ cid, user_id: 'u-1' })).toEqual(['u-1', 'm-1']);
      expect(await registered({ cid, user_id: 'u-1', merchant_id: 'm-2' })).toEqual(['u-1', 'm-2']);
    });

    test.each([
      ['null', null],
      ['a blank', ' '],
    ])('and ends one by %s', async (_, none) => {
      const cid = unique();
      await register({ cid, user_id: 'u-1', merchant_id: 'm-1' });
      expect(await registered({ cid, user_id: 'u-1', merchant_id: none })).toEqual(['u-1', null]);
      await register({ cid, user_id: 'u-1', merchant_id: 'm-1' });
      expect(await registered({ cid, user_id: none, merchant_id: 'm-1' })).toEqual([null, 'm-1']);
    });

    test.each([
      ['another person', 'u-1', 'u-2'],
      ['somebody, on a phone that was a merchant’s alone', null, 'u-2'],
    ])('and %s gets nothing of the one before', async (_, before, person) => {
      const cid = unique();
      await register({ cid, user_id: before, merchant_id: 'm-1' });
      expect(await registered({ cid, user_id: person })).toEqual([person, null]);
    });

    test('and nothing stays over a log-out', async () => {
      const cid = unique();
      await register({ cid, user_id: 'u-1', merchant_id: 'm-1' });
      await api.call('POST', UNREGISTER, { json: { cid } });
      expect(await registered({ cid, merchant_id: 'm-1' })).toEqual([null, 'm-1']);
      await api.call('POST', UNREGISTER, { json: { cid } });
      expect(await registered({ cid, user_id: 'u-1' })).toEqual(['u-1', null]);
    });

    test('and a role goes on under a new cid of the same installation and person, and of nobody else', async () => {
      const installation_id = unique();
      const next = (user_id: string) => registered({ cid: unique(), user_id, installation_id });
      await register({ cid: unique(), user_id: 'u-1', merchant_id: 'm-1', installation_id });
      expect(await next('u-2')).toEqual(['u-2', null]);
      expect(await next('u-1')).toEqual(['u-1', 'm-1']);
    });

    test('in either spelling of a uuid', async () => {
      const [cid, person] = [unique(), randomUUID()];
      await register({ cid, user_id: person, merchant_id: 'm-1' });
      expect(await registered({ cid, user_id: person.toUpperCase() })).toEqual([person.toUpperCase(), 'm-1']);
    });
  });

  test('revives a phone that was retired', async () => {
    const cid = unique();
    await register({ cid, user_id: 'u-1' });
    await api.call('POST', UNREGISTER, { json: { cid } });
    const { json } = await register({ cid, user_id: 'u-1' });
    expect(json['device']).toMatchObject({ is_active: true, inactive_reason: null, inactive_at: null });
  });

  test('keeps the same cid of two apps apart', async () => {
    const cid = unique();
    const one = await register({ cid, user_id: 'u-1', appid: '__UNI__ONE' });
    const two = await register({ cid, user_id: 'u-2', appid: '__UNI__TWO' });
    expect((one.json['device'] as { id: string }).id).not.toBe((two.json['device'] as { id: string }).id);
  });

  test('takes ids that are numbers in the shop', async () => {
    const { json } = await register({ cid: unique(), user_id: 42 });
    expect(json['device']).toMatchObject({ user_id: '42' });
  });
});

describe('a refused registration writes nothing', () => {
  let before: Record<string, number>;
  beforeEach(async () => {
    before = await lab.traces();
  });

  test.each([
    ['no owner', {}],
    ['an empty owner', { user_id: '', merchant_id: null }],
  ])('because it has %s', async (_, owner) => {
    const { status, json } = await register({ cid: unique(), ...owner });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      ok: false,
      code: 'owner-required',
      message: expect.stringContaining('user_id'),
    });
    expect(await lab.traces()).toEqual(before);
  });

  test.each([
    ['no', 'cid', undefined],
    ['an empty', 'cid', ''],
    ['an overlong', 'cid', 'c'.repeat(129)],
    ['an impossible', 'cid', 'a b'],
    ['an overlong', 'user_id', 'u'.repeat(129)],
    ['an impossible', 'user_id', 'u\u0000'],
    ['an impossible', 'user_id', { id: 1 }],
    ['an inexact', 'user_id', 2 ** 60],
    ['an impossible', 'merchant_id', ['m']],
    ['an overlong', 'platform', 'p'.repeat(33)],
    ['an impossible', 'appid', 'a/b'],
    ['an impossible', 'provider', 'uni cloud'],
  ])('because of %s %s', async (_, field, value) => {
    const { status, json } = await register({ cid: unique(), user_id: 'u-1', [field]: value });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      ok: false,
      code: 'field-invalid',
      field,
      message: expect.stringContaining(field),
    });
    expect(await lab.traces()).toEqual(before);
  });
});

test("an owner's id that the shop's column cannot hold is refused, naming the field", async () => {
  const db = lab.db.pool;
  await db.query(`alter table push_devices alter column merchant_id type uuid using null`);
  const cid = unique();
  const { status, json } = await register({ cid, user_id: 'u-1', merchant_id: 'merchant-seven' });
  await db.query(`alter table push_devices alter column merchant_id type text`);
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'field-invalid', field: 'merchant_id' });
  expect(await deviceRow(cid)).toBeUndefined();
});

describe('a phone that signs off', () => {
  test('gets nothing more, and the row tells why', async () => {
    const cid = unique();
    await register({ cid, user_id: 'u-1' });
    const { status, json } = await api.call('POST', UNREGISTER, { json: { cid } });
    expect(status).toBe(200);
    expect(json['device']).toMatchObject({ cid, is_active: false, inactive_reason: 'unregistered' });
    expect(await deviceRow(cid)).toMatchObject({ is_active: false, inactive_at: expect.any(Date) });
  });

  test('must be known', async () => {
    const { status, json } = await api.call('POST', UNREGISTER, { json: { cid: 'never-seen' } });
    expect(status).toBe(404);
    expect(json).toMatchObject({
      ok: false,
      code: 'device-unknown',
      field: 'cid',
      message: expect.any(String),
    });
  });

  test('of another app is unknown', async () => {
    const cid = unique();
    await register({ cid, user_id: 'u-1' });
    const { json } = await api.call('POST', UNREGISTER, { json: { cid, appid: 'other' } });
    expect(json).toMatchObject({ code: 'device-unknown' });
    expect(await deviceRow(cid)).toMatchObject({ is_active: true });
  });
});

describe('the list of devices', () => {
  test('is narrowed by owner, app and state', async () => {
    const user = `u-${unique()}`;
    const [on, off, other] = [unique(), unique(), unique()];
    await register({ cid: on, user_id: user });
    await register({ cid: off, user_id: user });
    await register({ cid: other, user_id: user, merchant_id: 'm-9', appid: 'other' });
    await api.call('POST', UNREGISTER, { json: { cid: off } });
    const list = async (query: string) => {
      const { json } = await api.call('GET', `${DEVICES}?user_id=${user}${query}`);
      expect(json).toMatchObject({ ok: true, count: (json['devices'] as unknown[]).length });
      return (json['devices'] as { cid: string }[]).map(({ cid }) => cid).sort();
    };
    expect(await list('')).toEqual([on, off, other].sort());
    expect(await list('&active=true')).toEqual([on, other].sort());
    expect(await list('&active=false')).toEqual([off]);
    expect(await list('&active=true&appid=default')).toEqual([on]);
    expect(await list('&merchant_id=m-9')).toEqual([other]);
  });

  test.each([
    ['', 'owner-required', undefined],
    ['?active=true', 'owner-required', undefined],
    ['?user_id=u-1&active=yes', 'field-invalid', 'active'],
    ['?user_id=u-1&user_id=u-2', 'field-invalid', 'user_id'],
  ])('%s is refused as %s', async (query, code, field) => {
    const { status, json } = await api.call('GET', `${DEVICES}${query}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ ok: false, code, ...(field !== undefined && { field }) });
  });
});

describe('a registration wakes', () => {
  test('what waits for its owner: the newest delivery of each waybill, and nobody else', async () => {
    const user = `u-${unique()}`;
    const wait = (waybillId: string, change = {}) =>
      lab.waitingDelivery({ kind: 'device', audience: 'user', ownerId: user, waybillId, ...change });
    const older = await wait('w-1');
    const newer = await wait('w-1');
    const second = await wait('w-2');
    const merchants = await wait('w-3', { audience: 'merchant' });
    const others = await wait('w-4', { ownerId: `${user}x` });

    const { json } = await register({ cid: unique(), user_id: user });

    expect(json['woken']).toBe(2);
    expect(await lab.signalsOf(newer)).toEqual(['deviceRegistered']);
    expect(await lab.signalsOf(second)).toEqual(['deviceRegistered']);
    for (const silent of [older, merchants, others]) expect(await lab.signalsOf(silent)).toEqual([]);
    const { rows } = await lab.db.pool.query(
      `select workflow_id from waybell.express_waits where woken_at is not null order by workflow_id`,
    );
    expect(rows.map((row: { workflow_id: string }) => row.workflow_id)).toEqual([newer, second].sort());
  });

  test('at most 20 deliveries of an owner, the newest', async () => {
    const merchant = `m-${unique()}`;
    const waiting: string[] = [];
    for (let index = 0; index < 22; index += 1) {
      waiting.push(
        await lab.waitingDelivery({
          kind: 'device',
          audience: 'merchant',
          ownerId: merchant,
          waybillId: `many-${index}`,
        }),
      );
    }
    const { json } = await register({ cid: unique(), merchant_id: merchant });
    expect(json['woken']).toBe(20);
    expect(await lab.signalsOf(waiting[0] ?? '')).toEqual([]);
    expect(await lab.signalsOf(waiting[21] ?? '')).toEqual(['deviceRegistered']);
  });

  test('the rest even when one of the deliveries is gone', async () => {
    const user = `u-${unique()}`;
    const wait = () =>
      lab.waitingDelivery({ kind: 'device', audience: 'user', ownerId: user, waybillId: unique() });
    const [gone, there] = [await wait(), await wait()];
    await lab.terminate(gone);
    expect((await register({ cid: unique(), user_id: user })).json['woken']).toBe(1);
    expect(await lab.signalsOf(there)).toEqual(['deviceRegistered']);
  });

  test('nobody while Temporal is away, and is written all the same, after seconds, not after the 19 s of the client', async () => {
    const user = `u-${unique()}`;
    await lab.waitingDelivery({ kind: 'device', audience: 'user', ownerId: user, waybillId: unique() });
    const away = await openTemporalAway();
    const withoutTemporal = await lab.serve({}, { temporal: away.client });
    const cid = unique();
    const startedAt = performance.now();
    const { status, json } = await withoutTemporal.call('POST', REGISTER, { json: { cid, user_id: user } });
    expect(performance.now() - startedAt).toBeLessThan(12_000);
    expect(status).toBe(200);
    expect(json).toMatchObject({ ok: true, woken: 0, device: { cid } });
    expect(await deviceRow(cid)).toMatchObject({ user_id: user, is_active: true });
    await away.close();
  });
});
