import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { kuaidi100 } from '../../src/sources/kuaidi100';
import type { WebhookRequest } from '../../src/sources/source';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { leg, NODE, parse, push, read, readFile, statusOf } from './kuaidi100-push';
import { CONDITIONS, formRequest, NOW, readPayload } from './requests';

const SALT = 'k100-salt-demo';

const signOf = (param: string, salt: string) =>
  createHash('md5')
    .update(param + salt)
    .digest('hex');
const verify = (request: WebhookRequest, ...secrets: string[]) =>
  kuaidi100.verify?.(request, secrets, CONDITIONS);
describe('a signature of Kuaidi100', () => {
  test('is hex digits of either case over the text and the salt', () => {
    const param = '{"status":"polling","message":"成功"}';
    const sign = '996392141D534A1059D992AD9568BD70';
    expect(verify(formRequest({ param, sign }), 'demo-salt')).toEqual({ ok: true });
    expect(verify(formRequest({ param, sign: sign.toLowerCase() }), 'demo-salt')).toEqual({ ok: true });
    expect(verify(formRequest({ param: `${param} `, sign }), 'demo-salt')).toMatchObject({
      code: 'signature-invalid',
    });
  });

  test('with an empty salt proves nothing', () => {
    const param = '{"status":"polling","message":"成功"}';
    const unsalted = formRequest({ param, sign: 'E0D555310E7B834254C2C711D997B853' });
    expect(signOf(param, '')).toBe('e0d555310e7b834254c2c711d997b853');
    for (const request of [unsalted, readPayload('kuaidi100.shutdown-minimal-emptysalt.txt')]) {
      expect(verify(request, '')).toMatchObject({ code: 'signature-invalid' });
      expect(verify(request, '', SALT)).toMatchObject({ code: 'signature-invalid' });
    }
  });

  test.each([
    [
      'no signature',
      { param: '{}' },
      'signature-missing',
      { kind: 'field-missing', place: 'sign', found: 'param' },
    ],
    [
      'an empty one',
      { param: '{}', sign: '' },
      'signature-missing',
      { kind: 'field-missing', place: 'sign', found: 'param, sign' },
    ],
    [
      'nothing that is signed',
      { sign: 'ab' },
      'signature-invalid',
      { kind: 'field-missing', place: 'param' },
    ],
    [
      'no hex digits',
      { param: '{}', sign: 'zz' },
      'signature-invalid',
      { kind: 'field-mismatch', place: 'sign' },
    ],
  ])('is refused when there is %s', (_, fields, code, fault) => {
    expect(verify(formRequest(fields as unknown as Record<string, string>), SALT)).toEqual({
      ok: false,
      code,
      fault,
    });
  });

  test.each([
    ['a broken percent-encoding', 'param=%7&sign=00', { kind: 'form-malformed', place: '' }],
    ['a field given twice', 'param=a&sign=00&param=b', { kind: 'field-repeated', place: 'param' }],
  ])('is refused over a form with %s', (_, body, fault) => {
    expect(verify({ body: Buffer.from(body), headers: {} }, SALT)).toMatchObject({ ok: false, fault });
  });
});

describe('a push of Kuaidi100', () => {
  test('carries the whole history, two scans of one second and an emoji in it', () => {
    const { updates, flaws } = readFile('kuaidi100.polling-locker.txt');
    expect(flaws).toEqual([]);
    expect(updates).toMatchObject([
      { source: 'kuaidi100', carrier: 'yuantong', trackingNo: 'YT0000000000001', state: 'polling 501' },
    ]);
    const events = updates[0]?.events ?? [];
    expect(events).toHaveLength(5);
    expect(new Set(events.map(({ key }) => key)).size).toBe(5);
    expect(events[0]).toMatchObject({
      time: '2026-03-02T01:14:07.000Z',
      status: 'available_for_pickup',
      rawStatus: '501',
      place: '浙江,杭州市',
      text: expect.stringContaining('📦'),
    });
    expect(statusOf(events)).toBe('available_for_pickup');
  });

  test('that comes late, the other way round, says nothing new and lowers nothing', () => {
    const newer = readFile('kuaidi100.polling-locker.txt').updates[0]?.events ?? [];
    const older = readFile('kuaidi100.repush-duplicate-reordered.txt').updates[0]?.events ?? [];
    expect(older).toHaveLength(4);
    const known = new Set(newer.map(({ key }) => key));
    expect(older.filter(({ key }) => !known.has(key))).toEqual([]);
    expect(statusOf([...newer, ...older])).toBe('available_for_pickup');
  });

  test('without codes gives its state to the newest scan', () => {
    const { updates, flaws } = readFile('kuaidi100.shutdown-minimal-emptysalt.txt');
    expect(flaws).toEqual([]);
    expect(updates[0]).toMatchObject({
      carrier: 'shentong',
      state: 'shutdown 3',
      events: [{ status: 'delivered' }],
    });
  });

  const bare = [
    { time: '2026-03-02 10:00:00', context: '已签收' },
    { time: '2026-03-02 07:40:55', context: '派件中' },
    { time: '2026-03-01 18:20:02', context: '已收件' },
  ];

  test.each([
    ['newest first', bare],
    ['oldest first', [...bare].reverse()],
  ])('without codes leaves the older scans without a status, %s', (_, data) => {
    const { updates, flaws } = parse(push({}, { state: '3', data }));
    expect(flaws).toEqual([]);
    const statuses = Object.fromEntries(updates[0]?.events.map(({ text, status }) => [text, status]) ?? []);
    expect(statuses).toEqual({ 已签收: 'delivered', 派件中: null, 已收件: null });
  });

  test('gives the state to the first of several scans in the newest second', () => {
    const data = ['B', 'A'].map((context) => ({ time: '2026-03-02 10:00:00', context }));
    expect(read(push({}, { state: '3', data })).events).toMatchObject([
      { text: 'B', status: 'delivered' },
      { text: 'A', status: null },
    ]);
  });

  test('with and without codes tells the same scans', () => {
    const coded = read(push()).events;
    const uncoded = read(push({}, { data: [{ ...NODE, statusCode: undefined }] })).events;
    expect(uncoded.map(({ key }) => key)).toEqual(coded.map(({ key }) => key));
  });

  test('believes the code where the text says something else', () => {
    const data = [{ time: '2026-03-02 10:00:00', context: '已签收,签收人是: 转EMS邮政' }];
    const { events } = read(push({}, { state: '0', data }));
    expect(statusOf(events)).toBe('in_transit');
  });

  test.each([
    ['101 102', 'info_received'],
    ['1 103', 'picked_up'],
    ['0 1001 1002 1003 7', 'in_transit'],
    ['5', 'out_for_delivery'],
    ['501 304 205', 'available_for_pickup'],
    ['3 301 302 303', 'delivered'],
    ['6', 'returning'],
    ['4', 'returned'],
    ['401 210 2 203 207 208 209 201 202 13 14', 'exception'],
    ['204 206', 'failed_attempt'],
    ['8 10 11 12', 'customs'],
    ['9 999 constructor', null],
  ])('with the codes %s means %s', (codes, status) => {
    for (const code of codes.split(' ')) {
      const { updates, flaws } = parse(push({}, { data: [{ ...NODE, statusCode: code }] }));
      expect([code, updates[0]?.events[0]?.status]).toEqual([code, status]);
      expect(flaws.map((flaw) => flaw.code)).toEqual(status === null ? ['status-unknown'] : []);
      expect(read(push({}, { state: code, data: [{ ...NODE, statusCode: '' }] })).events[0]?.status).toBe(
        status,
      );
    }
  });

  test('signed by a locker means what the shop decides; put into one never does', () => {
    const shop = { ...CONDITIONS, lockerSigned: 'delivered' as const };
    const of = (statusCode: string) =>
      read(push({}, { data: [{ ...NODE, statusCode }] }), shop).events[0]?.status;
    expect(of('304')).toBe('delivered');
    expect(of('501')).toBe('available_for_pickup');
  });

  test.each(['polling', 'shutdown', 'updateall', '', 'something new'])(
    'is read in the state "%s"',
    (status) => {
      expect(read(push({ status })).events).toHaveLength(1);
    },
  );

  test('told again is the same update', () => {
    const later = { ...CONDITIONS, now: NOW + 3_600_000 };
    expect(read(push(), later)).toEqual(read(push()));
    const abort = push({ status: 'abort', message: '60天无变化' });
    expect(deliveryWorkflowId(read(abort, later))).toBe(deliveryWorkflowId(read(abort)));
    const ids = [push(), push({ status: 'shutdown' }), push({}, { state: '5' })].map((said) =>
      deliveryWorkflowId(read(said)),
    );
    expect(new Set(ids).size).toBe(3);
  });

  test('joins the leg in the country of destination', () => {
    const destResult = leg({
      com: 'usps',
      data: [{ time: '2026-03-02 09:00:00', context: 'Delivered', statusCode: '3' }],
    });
    const update = read(push({ destResult }));
    expect(update).toMatchObject({
      carrier: 'yuantong',
      events: [{ text: '派件中' }, { text: 'Delivered' }],
    });
    expect(statusOf(update.events)).toBe('delivered');
    expect(read({ status: 'polling', destResult })).toMatchObject({
      carrier: 'usps',
      events: [{ status: 'delivered' }],
    });
  });
});

test('Kuaidi100 is refused in its own form', () => {
  expect(JSON.parse(kuaidi100.refuse!('full').body)).toEqual({
    result: false,
    returnCode: '500',
    message: 'full',
  });
});
