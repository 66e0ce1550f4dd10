import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import { kdniao } from '../../src/sources/kdniao';
import type { Parsed, WebhookRequest } from '../../src/sources/source';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { CONDITIONS, formRequest, NOW, readPayload } from './requests';
import { ANY_AGE } from '../setup/any-age';

const APP_KEY = '00000000-demo-kdniao-appkey';
const SAMPLE = 'kdniao.101-multi.txt';
const TRACE = {
  AcceptTime: '2026-03-02 07:40:55',
  AcceptStation: '派件中',
  Location: '杭州市',
  Action: '202',
  Remark: '',
};
const ROW = {
  EBusinessID: '1000001',
  OrderCode: '',
  ShipperCode: 'STO',
  LogisticCode: '770000000000001',
  Success: true,
  Reason: '',
  State: '2',
  StateEx: '202',
  Traces: [TRACE],
};

const push = (rows: readonly unknown[], type = '101'): WebhookRequest =>
  formRequest({
    RequestData: JSON.stringify({ EBusinessID: '1000001', Count: `${rows.length}`, Data: rows }),
    RequestType: type,
  });
const parse = (row: object, conditions = CONDITIONS): Parsed =>
  kdniao.parse(push([{ ...ROW, ...row }]), conditions);
const verify = (request: WebhookRequest, ...secrets: string[]) =>
  kdniao.verify?.(request, secrets, CONDITIONS);

describe('a signature of KDNiao', () => {
  test('is the hex text of the digest in base64', () => {
    const RequestData = '{"EBusinessID":"1000001","Count":"0","Data":[]}';
    const DataSign = 'ZTE1NDc3ZmYyM2FiNmI1YjNhYWU4NDJiNmU1ZmE0ZGE=';
    expect(verify(formRequest({ RequestData, DataSign }), 'demo-key')).toEqual({ ok: true });
    const raw = createHash('md5').update(`${RequestData}demo-key`).digest('base64');
    expect(verify(formRequest({ RequestData, DataSign: raw }), 'demo-key')).toMatchObject({ ok: false });
  });

  test('with an empty key proves nothing', () => {
    const digest = createHash('md5').update('{}').digest('hex');
    const request = formRequest({ RequestData: '{}', DataSign: Buffer.from(digest).toString('base64') });
    expect(verify(request, '')).toMatchObject({ code: 'signature-invalid' });
  });

  test('is refused when it is not there', () => {
    expect(verify(formRequest({ RequestData: '{}' }), APP_KEY)).toMatchObject({ code: 'signature-missing' });
    expect(verify(formRequest({ RequestData: '{}', DataSign: '' }), APP_KEY)).toMatchObject({
      code: 'signature-missing',
    });
    expect(verify(formRequest({ DataSign: 'AAAA' }), APP_KEY)).toMatchObject({ code: 'signature-invalid' });
  });
});

describe('a push of KDNiao', () => {
  test('carries several waybills, each for itself', () => {
    const { updates, flaws } = kdniao.parse(readPayload(SAMPLE), CONDITIONS);
    expect(flaws).toEqual([]);
    expect(
      updates.map(({ carrier, trackingNo, events }) => [
        carrier,
        trackingNo,
        currentStatus(events, ANY_AGE.zone)?.status,
      ]),
    ).toEqual([
      ['sto', '770000000000001', 'out_for_delivery'],
      ['yto', 'YT0000000000009', 'expired'],
      ['zto', '78000000000003', 'delivered'],
    ]);
    expect(updates[1]?.events).toMatchObject([{ text: '三天无轨迹', time: new Date(NOW).toISOString() }]);
    expect(updates[2]?.events).toMatchObject([
      { time: '2026-03-01T00:05:37.000Z', status: null },
      { time: '2026-03-02T01:00:00.000Z', status: 'delivered' },
    ]);
  });

  test('of the kinds 101 and 102 is tracking, also when the kind is not said', () => {
    for (const type of ['101', '102', '']) {
      expect(kdniao.parse(push([ROW], type), CONDITIONS).updates).toHaveLength(1);
    }
  });

  test.each([
    ['its kind', push([{ ...ROW }], '107')],
    ['its rows', push([{ LogisticCode: '770000000000001', ShipperCode: 'STO', OrderState: '1' }])],
    ['having no rows', push([])],
  ])('about money is known by %s, and only acknowledged', (_, request) => {
    expect(kdniao.parse(request, CONDITIONS)).toMatchObject({
      updates: [],
      flaws: [{ code: 'not-tracking' }],
    });
  });

  test('about the state of an order is ordinary: its 301 means fetched from the sender', () => {
    const order = { ShipperCode: 'STO', LogisticCode: '770000000000001', OrderCode: 'o', State: '301' };
    expect(kdniao.parse(push([order], '103'), CONDITIONS)).toEqual({ updates: [], flaws: [] });
  });

  test('with one bad row gives the others', () => {
    const rows = [
      null,
      { ...ROW, LogisticCode: '' },
      { ...ROW, ShipperCode: 7 },
      ROW,
      { ...ROW, LogisticCode: '#' },
    ];
    const { updates, flaws } = kdniao.parse(push(rows), CONDITIONS);
    expect(updates.map(({ carrier }) => carrier)).toEqual(['7', 'sto']);
    expect(flaws.map(({ code }) => code)).toEqual(['row-unusable', 'row-unusable', 'row-unusable']);
  });

  test('gives the state to the newest trace, where traces have no action', () => {
    const traces = ['2026/03/01 08:05:37', '2026-03-02', '2026-03-02 09:00:00'].map((AcceptTime) => ({
      AcceptTime,
    }));
    const { updates, flaws } = parse({ State: '3', StateEx: '', Traces: traces });
    expect(flaws).toEqual([]);
    expect(updates[0]?.events.map(({ status }) => status)).toEqual([null, null, 'delivered']);
    expect(updates[0]?.events[1]?.time).toBe('2026-03-01T16:00:00.000Z');
  });

  test('falls back to the coarse state where the fine one is new', () => {
    const traces = [{ ...TRACE, Action: '' }];
    const of = (state: object) => parse({ ...state, Traces: traces }).updates[0]?.events[0];
    expect(of({ State: '3', StateEx: '399' })).toMatchObject({ status: 'delivered', rawStatus: '3' });
    expect(of({ State: '77', StateEx: '7799' })).toMatchObject({ status: null, rawStatus: '7799' });
  });

  test.each([
    ['0 10 401', 'info_received'],
    ['1', 'picked_up'],
    ['2 201 204 205 206 5', 'in_transit'],
    ['202 418 419', 'out_for_delivery'],
    ['211 412 311', 'available_for_pickup'],
    ['3 301 302 304', 'delivered'],
    ['405 416', 'failed_attempt'],
    ['4 402 403 404 413 414 415 417 420 421 422 423', 'exception'],
    ['407', 'returning'],
    ['406', 'returned'],
    ['6 601 602 603 604', 'customs'],
    ['999 toString', null],
  ])('with the codes %s means %s', (codes, status) => {
    for (const Action of codes.split(' ')) {
      const { updates, flaws } = parse({ Traces: [{ ...TRACE, Action }] });
      expect([Action, updates[0]?.events[0]?.status]).toEqual([Action, status]);
      expect(flaws.map(({ code }) => code)).toEqual(status === null ? ['status-unknown'] : []);
    }
  });

  test('signed by a locker means what the shop decides; put into one never does', () => {
    const shop = { ...CONDITIONS, lockerSigned: 'delivered' as const };
    const of = (Action: string) =>
      parse({ Traces: [{ ...TRACE, Action }] }, shop).updates[0]?.events[0]?.status;
    expect(['311', '211', '412'].map(of)).toEqual([
      'delivered',
      'available_for_pickup',
      'available_for_pickup',
    ]);
  });
});

describe('a waybill without success at KDNiao', () => {
  test.each(['三天无轨迹', '七天内无轨迹变化'])('has expired for the reason %s', (Reason) => {
    const ended = { Success: false, Reason, Traces: [] };
    const { updates } = parse(ended);
    expect(updates[0]?.events).toMatchObject([{ status: 'expired', text: Reason }]);
    const later = parse(ended, { ...CONDITIONS, now: NOW + 3_600_000 }).updates;
    expect(later.map(deliveryWorkflowId)).toEqual(updates.map(deliveryWorkflowId));
  });

  test('has expired after its last scan', () => {
    const { updates } = parse({ Success: false, Reason: '七天内无轨迹变化' });
    expect(updates[0]?.events.map(({ status }) => status)).toEqual(['out_for_delivery', 'expired']);
  });

  test('for any other reason has nothing to tell yet', () => {
    expect(parse({ Success: false, Reason: '暂无轨迹', State: '0', Traces: [] })).toEqual({
      updates: [],
      flaws: [],
    });
  });

  test('is flagged when it claims success without a trace', () => {
    expect(parse({ Traces: [] })).toMatchObject({ updates: [], flaws: [{ code: 'no-scans' }] });
    expect(parse({ Traces: null })).toMatchObject({ updates: [], flaws: [{ code: 'no-scans' }] });
  });
});

test.each(['{', 'null', '[]', '"x"', '{"Data":'.repeat(10_000)])(
  'KDNiao may send nonsense: %.9s',
  (RequestData) => {
    expect(kdniao.parse(formRequest({ RequestData }), CONDITIONS)).toMatchObject({
      updates: [],
      flaws: [{ code: 'body-unreadable' }],
    });
  },
);

test('KDNiao is answered with its own account number, at Chinese time', () => {
  const { body } = kdniao.acknowledge({ request: push([], '107'), now: NOW, received: [] });
  expect(JSON.parse(body)).toMatchObject({ EBusinessID: '1000001', UpdateTime: '2026-03-02 18:20:00' });
  expect(JSON.parse(kdniao.refuse!('full').body)).toMatchObject({ Success: false, Reason: 'full' });
});
