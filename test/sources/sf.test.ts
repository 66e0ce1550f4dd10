import { describe, expect, test } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import { sf } from '../../src/sources/sf';
import type { Parsed, WebhookRequest } from '../../src/sources/source';
import { CONDITIONS, formRequest, NOW, readPayload } from './requests';
import { ANY_AGE } from '../setup/any-age';

const SAMPLE = 'sf.batch-outoforder-duplicate.json';
const ROW = {
  mailno: 'SF0000000000001',
  orderid: 'SO-SF-1',
  acceptTime: '2026-03-02 08:30:00',
  acceptAddress: '杭州市',
  remark: '快件派送中',
  opCode: '204',
  id: '170000000000001',
};
const XML = `<?xml version="1.0" encoding="UTF-8"?>
<Request service="RoutePushService" lang="zh-CN"><Body>
<WaybillRoute id="170000000000001" mailno="SF0000000000001" orderid="SO-SF-1" acceptTime="2026-03-02 08:30:00"
  acceptAddress="杭州市" remark="已派送 &lt;1&#x3E; &amp; 在途" opCode="204"/>
<WaybillRoute id="170000000000002" mailno="SF0000000000002" acceptTime="2026-03-02 09:00:00" acceptAddress="" remark="已签收" opCode="80"/>
</Body></Request>`;

const json = (value: unknown): WebhookRequest => ({
  body: Buffer.from(JSON.stringify(value)),
  headers: { 'content-type': 'application/json; charset=utf-8' },
});
const routes = (...rows: readonly unknown[]) => json({ Body: { WaybillRoute: rows } });
const parse = (request: WebhookRequest): Parsed => sf.parse(request, CONDITIONS);
const statusOf = (row: object, conditions = CONDITIONS) =>
  sf.parse(routes({ ...ROW, ...row }), conditions).updates[0]?.events[0]?.status;

describe('a push of SF', () => {
  test('mixes waybills, is out of order, and repeats scans under other ids', () => {
    const { updates, flaws } = parse(readPayload(SAMPLE));
    expect(
      updates.map(({ trackingNo, events }) => [
        trackingNo,
        events.length,
        currentStatus(events, ANY_AGE.zone)?.status,
      ]),
    ).toEqual([
      ['SF0000000000001', 4, 'delivered'],
      ['SF0000000000002', 1, 'out_for_delivery'],
    ]);
    expect(updates.every(({ carrier, source }) => carrier === 'sf' && source === 'sf')).toBe(true);
    expect(flaws).toMatchObject([{ code: 'status-unknown', where: 'SF0000000000001' }]);
    expect(updates[0]?.events.find(({ rawStatus }) => rawStatus === '99999')).toMatchObject({
      status: null,
      text: '(新增操作码)',
    });
  });

  test('tells scans apart by code, time and text, and by nothing else', () => {
    const copies = [
      ROW,
      { ...ROW, id: '2', acceptAddress: '上海市' },
      { ...ROW, mailno: ' sf0000000000001' },
      { ...ROW, opCode: '44' },
      { ...ROW, acceptTime: '2026-03-02 08:30:01' },
      { ...ROW, remark: '其他' },
    ];
    expect(parse(routes(...copies)).updates.map(({ events }) => events.length)).toEqual([4]);
  });

  test('is the same in XML', () => {
    const { updates, flaws } = parse(formRequest({ content: XML }));
    expect(flaws).toEqual([]);
    expect(updates).toMatchObject([
      {
        trackingNo: 'SF0000000000001',
        events: [
          {
            time: '2026-03-02T00:30:00.000Z',
            text: '已派送 <1> & 在途',
            place: '杭州市',
            status: 'out_for_delivery',
          },
        ],
      },
      { trackingNo: 'SF0000000000002', events: [{ status: 'delivered' }] },
    ]);
    const again = { ...ROW, remark: '已派送 <1> & 在途' };
    expect(parse(routes(again)).updates[0]?.events).toEqual(updates[0]?.events);
  });

  test('may hold JSON in the form field', () => {
    const content = JSON.stringify({ Body: { WaybillRoute: [ROW] } });
    expect(parse(formRequest({ content })).updates).toHaveLength(1);
  });

  test('with one bad row gives the others', () => {
    const { updates, flaws } = parse(
      routes(null, { ...ROW, mailno: undefined }, ROW, { ...ROW, mailno: 'x' }),
    );
    expect(updates).toHaveLength(1);
    expect(new Set(flaws.map(({ code }) => code))).toEqual(new Set(['row-unusable']));
  });
});

describe('a code of SF', () => {
  test.each([
    ['43 46 50 54 129 700 950', 'picked_up'],
    ['11 30 31 36 99 105 106 123 302 305 310 407 501 634', 'in_transit'],
    ['15 604 623', 'customs'],
    ['44 122 126 204 630 880', 'out_for_delivery'],
    ['125 130 632 642 678', 'available_for_pickup'],
    ['80 128 658 679 935 8000', 'delivered'],
    ['70 33', 'failed_attempt'],
    ['66 72 870', 'exception'],
    ['631 648', 'returning'],
    ['99999 valueOf', null],
  ])('%s means %s', (codes, status) => {
    for (const opCode of codes.split(' ')) expect([opCode, statusOf({ opCode })]).toEqual([opCode, status]);
  });

  test.each([
    ['8000', '6', 'exception'],
    ['8000', '2', 'exception'],
    ['8000', '1', 'delivered'],
    ['70', '46', 'exception'],
    ['70', '83', 'available_for_pickup'],
    ['70', '85', 'available_for_pickup'],
    ['33', '83', 'available_for_pickup'],
    ['33', '85', 'available_for_pickup'],
    ['33', '46', 'failed_attempt'],
    ['80', '46', 'delivered'],
  ])('%s for the reason %s means %s', (opCode, reasonCode, status) => {
    expect(statusOf({ opCode, reasonCode })).toBe(status);
  });

  test.each([
    ['1', 'picked_up'],
    ['2', 'in_transit'],
    ['3', 'out_for_delivery'],
    ['4', 'delivered'],
    ['11', 'available_for_pickup'],
    ['13', 'failed_attempt'],
    ['77', null],
  ])('that is unknown means what the first status %s says: %s', (firstStatusCode, status) => {
    expect(statusOf({ opCode: '99999', firstStatusCode })).toBe(status);
    expect(statusOf({ opCode: '50', firstStatusCode })).toBe('picked_up');
  });

  test.each(['204', '205'])('with the second status %s means customs', (secondaryStatusCode) => {
    expect(statusOf({ opCode: '31', secondaryStatusCode })).toBe('customs');
    expect(statusOf({ opCode: '99999', secondaryStatusCode })).toBe('customs');
    expect(statusOf({ opCode: '31', secondaryStatusCode: '301' })).toBe('in_transit');
  });

  test('125 means what the shop decides about lockers; 642 never does', () => {
    const shop = { ...CONDITIONS, lockerSigned: 'delivered' as const };
    expect(statusOf({ opCode: '125' }, shop)).toBe('delivered');
    expect(statusOf({ opCode: '642' }, shop)).toBe('available_for_pickup');
  });

  test.each([
    ['99', '应客户要求，快件正在转寄中', 'in_transit'],
    ['99', '应客户要求，快件正在退回中', 'returning'],
    ['648', '快件已转寄，新单号为：SF0000000000009', 'in_transit'],
    ['648', '快件已退回，新单号为：SF0000000000009', 'returning'],
    ['99', '快件已退回/转寄', 'in_transit'],
    ['648', '快件已退回/转寄', 'returning'],
  ])('%s, which is a way back or on, means what its text says: %s', (opCode, remark, status) => {
    expect(statusOf({ opCode, remark })).toBe(status);
  });

  test('648 is a finished return only with a signature', () => {
    const back = { ...ROW, opCode: '648', acceptTime: '2026-03-02 09:00:00' };
    const signed = (acceptTime: string) => ({ ...ROW, opCode: '80', acceptTime });
    const current = (...rows: object[]) =>
      currentStatus(parse(routes(...rows)).updates[0]?.events ?? [], ANY_AGE.zone)?.status;
    expect(current(back, signed('2026-03-02 10:00:00'))).toBe('returned');
    expect(current(back, signed('2026-03-02 08:00:00'))).toBe('returning');
  });
});

describe('what is strange at SF', () => {
  test.each([
    [
      'an order state',
      json({ requestId: '1', timestamp: '1', orderState: [{ orderNo: 'a', waybillNo: 'SF0000000000001' }] }),
      'not-tracking',
    ],
    ['no rows', routes(), 'not-tracking'],
    [
      'another service',
      formRequest({ content: '<Request service="OrderState"><Body/></Request>' }),
      'not-tracking',
    ],
    ['no JSON', { body: Buffer.from('{"Body"'), headers: {} }, 'body-unreadable'],
    ['no text', { body: Buffer.from([0xff, 0xff]), headers: {} }, 'body-unreadable'],
    ['broken XML', formRequest({ content: '<Request service="RoutePushService"><Body>' }), 'body-unreadable'],
    [
      'entities of its own',
      formRequest({ content: `<!DOCTYPE a [<!ENTITY b "c">]>${XML}` }),
      'body-unreadable',
    ],
    ['another field', formRequest({ contents: XML }), 'body-unreadable'],
    ['a broken form', { ...formRequest({}), body: Buffer.from('content=%zz') }, 'body-unreadable'],
  ])('is accepted and flagged: %s', (_, request, code) => {
    expect(parse(request)).toMatchObject({ updates: [], flaws: [{ code }] });
  });
});

describe('the answer to SF', () => {
  const acknowledge = (request: WebhookRequest) => sf.acknowledge({ request, now: NOW, received: [] });

  test('is JSON to JSON', () => {
    expect(JSON.parse(sf.refuse!('full').body)).toEqual({ return_code: '1000', return_msg: 'full' });
    expect(sf.refuse!('full', readPayload(SAMPLE))).toEqual(sf.refuse!('full'));
  });

  test('is XML to XML', () => {
    expect(acknowledge(formRequest({ content: XML }))).toEqual({
      mediaType: 'application/xml',
      body: '<Response service="RoutePushService"><Head>OK</Head></Response>',
    });
    expect(sf.refuse!('a<b', formRequest({ content: XML })).body).toBe(
      '<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">a&lt;b</ERROR></Response>',
    );
  });
});

test('SF signs nothing', () => {
  expect(sf.verify).toBeUndefined();
});
