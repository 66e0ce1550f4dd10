import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { WebhookRequest } from '../../src/sources/source';
import { zto } from '../../src/sources/zto';
import { CONDITIONS, formRequest, readPayload } from './requests';

const SECRET = 'zto-demo-app-secret';
const SAMPLE = 'zto.1-signed-first.txt';
const SCAN = {
  billCode: '78000000000001',
  action: 'GOT',
  actionTime: '2026-03-02 14:02:10',
  city: '杭州市',
  desc: '已收件',
};
/** 签收 */
const GBK_SIGNED = Buffer.from([0xc7, 0xa9, 0xca, 0xd5]);

const verify = (request: WebhookRequest, ...secrets: string[]) => zto.verify?.(request, secrets, CONDITIONS);
const push = (change: object = {}) => formRequest({ data: JSON.stringify({ ...SCAN, ...change }) });
const scanOf = (change: object, conditions = CONDITIONS) =>
  zto.parse(push(change), conditions).updates[0]?.events[0];
const around = (word: Buffer): Buffer =>
  Buffer.concat([Buffer.from('{"billCode":"78000000000001","action":"'), word, Buffer.from('"}')]);

describe('a signature of ZTO', () => {
  test.each([
    ['plain', Buffer.from('GOT'), 'rab7LFp0A1hDhatb8Y42rw=='],
    ['UTF-8', Buffer.from('签收'), 'lXfIlqmsR1DienTMxlJ/9g=='],
    ['GBK', GBK_SIGNED, 'UFzEhGbiiiUmInzeFYHXjw=='],
  ])('is over the bytes as they were sent: %s', (_, word, digest) => {
    const data = around(word);
    expect(verify(formRequest({ data, data_digest: digest }), 'demo-secret')).toEqual({ ok: true });
    expect(
      verify(formRequest({ data: around(Buffer.from('x')), data_digest: digest }), 'demo-secret'),
    ).toMatchObject({
      code: 'signature-invalid',
    });
  });

  test('may have lost its plus to a space', () => {
    const n = Array.from({ length: 100 }, (_, i) => i).find((i) => md5(`{"n":${i}}`).includes('+')) ?? 0;
    const digest = md5(`{"n":${n}}`);
    expect(digest).toContain('+');
    const body = Buffer.from(`data=%7B%22n%22%3A${n}%7D&data_digest=${digest}`);
    expect(verify({ body, headers: {} }, SECRET)).toEqual({ ok: true });
  });

  test('with an empty secret, in hex, or not there at all proves nothing', () => {
    const data = JSON.stringify(SCAN);
    const unsalted = createHash('md5').update(data).digest('base64');
    expect(verify(formRequest({ data, data_digest: unsalted }), '')).toMatchObject({
      code: 'signature-invalid',
    });
    const hex = createHash('md5')
      .update(data + SECRET)
      .digest('hex');
    expect(verify(formRequest({ data, data_digest: hex }), SECRET)).toMatchObject({
      code: 'signature-invalid',
    });
    expect(verify(formRequest({ data }), SECRET)).toMatchObject({ code: 'signature-missing' });
  });

  function md5(data: string): string {
    return createHash('md5')
      .update(data + SECRET)
      .digest('base64');
  }
});

describe('a push of ZTO', () => {
  test('tells one scan', () => {
    expect(zto.parse(readPayload(SAMPLE), CONDITIONS)).toMatchObject({
      flaws: [],
      updates: [
        {
          source: 'zto',
          carrier: 'zto',
          trackingNo: '78000000000001',
          events: [
            {
              time: '2026-03-02T06:02:10.000Z',
              status: 'delivered',
              rawStatus: 'SIGNED',
              text: '快件已签收',
              place: '杭州市 杭州演示网点',
            },
          ],
        },
      ],
    });
  });

  test.each([
    undefined,
    'application/x-www-form-urlencoded; charset=GBK',
    'application/x-www-form-urlencoded; charset=UTF-8',
  ])('in GBK is read, whatever it calls itself: %s', (type) => {
    const request = formRequest({ data: around(GBK_SIGNED) }, type);
    expect(zto.parse(request, CONDITIONS).updates[0]?.events).toMatchObject([
      { rawStatus: '签收', status: null },
    ]);
  });

  test('is the same scan when it is told again, and another at another place', () => {
    expect(scanOf({})?.key).toBe(scanOf({ city: '上海市' })?.key);
    expect(scanOf({})?.key).not.toBe(scanOf({ facilityCode: '57100' })?.key);
    expect(scanOf({})?.key).not.toBe(scanOf({ action: 'ARRIVAL' })?.key);
  });

  test.each([
    ['GOT', 'picked_up'],
    ['DEPARTURE', 'in_transit'],
    ['ARRIVAL', 'in_transit'],
    ['DISPATCH', 'out_for_delivery'],
    ['INBOUND', 'available_for_pickup'],
    ['HANDOVERSCAN_SIGNED', 'available_for_pickup'],
    ['SIGNED', 'delivered'],
    ['DEPARTURE_SIGNED', 'delivered'],
    ['RETURN', 'returning'],
    ['RETURN_SCAN', 'returning'],
    ['RETURN_SIGNED', 'returned'],
    ['RETURN_ANYTHING', 'returning'],
    ['PROBLEM', 'exception'],
    ['PROBLEM_SIGN', 'exception'],
    ['ORDER_RETURN', null],
    ['hasOwnProperty', null],
  ])('with the action %s means %s', (action, status) => {
    expect(scanOf({ action })).toMatchObject({ status, rawStatus: action });
    expect(zto.parse(push({ action }), CONDITIONS).flaws).toHaveLength(status === null ? 1 : 0);
  });

  test.each([
    [{ returnType: '2', returnUpdateType: '改地址' }, 'in_transit'],
    [{ returnType: '3', returnUpdateType: '退回' }, 'returning'],
    [{ returnType: '3' }, 'in_transit'],
    [{ returnType: '6' }, 'in_transit'],
    [{ returnType: 1 }, 'returning'],
    [{ returnType: '5' }, 'returning'],
    [{ returnType: '修改地址' }, 'in_transit'],
    [{ returnType: '99', desc: '收件人要求更改派送地址，快件正转往新地址' }, 'in_transit'],
    [{ desc: '快件已退回' }, 'returning'],
    [{ desc: '退改件' }, 'returning'],
  ])('with the action RETURN_SCAN and %j means %s', (fields, status) => {
    expect(scanOf({ action: 'RETURN_SCAN', ...fields })?.status).toBe(status);
  });

  test('signed by a locker means what the shop decides; put into one never does', () => {
    const shop = { ...CONDITIONS, lockerSigned: 'delivered' as const };
    expect(scanOf({ action: 'HANDOVERSCAN_SIGNED' }, shop)?.status).toBe('delivered');
    expect(scanOf({ action: 'INBOUND' }, shop)?.status).toBe('available_for_pickup');
  });

  test.each([
    ['no JSON', '{', 'body-unreadable'],
    ['no number', '{"action":"GOT","actionTime":"2026-03-02 14:02:10"}', 'row-unusable'],
    ['no scan', '{"billCode":"78000000000001","weight":1}', 'not-tracking'],
  ])('with %s is accepted and flagged', (_, data, code) => {
    expect(zto.parse(formRequest({ data }), CONDITIONS)).toMatchObject({ updates: [], flaws: [{ code }] });
  });

  test('without a time is kept and flagged', () => {
    const { updates, flaws } = zto.parse(push({ actionTime: null }), CONDITIONS);
    expect(updates[0]?.events).toMatchObject([{ status: 'picked_up' }]);
    expect(flaws).toMatchObject([{ code: 'time-unusable' }]);
  });
});

test('ZTO is refused in its own form', () => {
  expect(JSON.parse(zto.refuse!('full').body)).toMatchObject({ status: false, message: 'full' });
});
