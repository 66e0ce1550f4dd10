import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import {
  decideAnnouncement,
  NEVER_TOLD,
  type LastTold,
  type Occurrences,
} from '../../src/shipment/decide-announcement';
import type { ShipmentEvent } from '../../src/shipment/update';
import { findSource } from '../../src/sources/registry';
import type { Source, WebhookRequest } from '../../src/sources/source';
import { conditionsOf, formRequest } from './requests';
import { onlyUpdate } from './read';
import { sign17Track } from './vectors/17track';
import { signAftershipBefore2022, signAftership } from './vectors/aftership';
import { asSvix, signStandard } from './vectors/standard-webhooks';

/** When they were sent: 2026-11-29T12:00:00Z. */
const SENT = Date.UTC(2026, 10, 29, 12);
const SECRET = 'field-secret';

/** What people are told, request after request, by the rules that the workflow follows. */
function toldBy(name: string, requests: readonly WebhookRequest[], secret = SECRET, now = SENT): string[] {
  const source = findSource(name) as Source;
  const events = new Map<string, ShipmentEvent>();
  const told: string[] = [];
  const occurrences = new Map<string, Occurrences>();
  let last: LastTold | null = null;
  for (const request of requests) {
    if (source.verify)
      expect(source.verify(request, [secret], conditionsOf(now))).toMatchObject({ ok: true });
    const { updates, flaws } = source.parse(request, conditionsOf(now));
    expect(flaws).toEqual([]);
    const added = updates.flatMap((update) => update.events).filter(({ key }) => !events.has(key));
    for (const event of added) events.set(event.key, event);
    const known = added.filter(({ status }) => status !== null).length;
    const current = currentStatus([...events.values()], 'Asia/Shanghai');
    if (current === null) continue;
    const { status } = current;
    const before = occurrences.get(status) ?? NEVER_TOLD;
    const news = { known, unknown: added.length - known };
    if (decideAnnouncement(news, current, last, before) !== 'announce') continue;
    const latestAt = [...events.values()].map(({ time }) => time).reduce((a, b) => (a > b ? a : b));
    occurrences.set(status, { count: before.count + 1, latestAt });
    last = { status, byUs: true, latestAt };
    told.push(status);
  }
  return told;
}

const md5 = (said: string): Buffer => createHash('md5').update(said).update(SECRET).digest();

describe('what real senders say', () => {
  const zto = (change: object): WebhookRequest => {
    const data = JSON.stringify({ billCode: '78260000000101', facilityCode: '02701', ...change });
    return formRequest({ data, data_digest: md5(data).toString('base64'), company_id: 'demo' });
  };
  test('ZTO sends a parcel on to a new address, where the buyer signs for it', () => {
    const requests = [
      { action: 'GOT', actionTime: '2026-11-25 10:00:00' },
      {
        action: 'RETURN_SCAN',
        actionTime: '2026-11-26 09:00:00',
        returnType: '2',
        returnUpdateType: '改地址',
      },
      { action: 'DISPATCH', actionTime: '2026-11-27 08:30:00' },
      { action: 'SIGNED', actionTime: '2026-11-27 12:10:00' },
    ].map(zto);
    expect(toldBy('zto', requests)).toEqual(['picked_up', 'in_transit', 'out_for_delivery', 'delivered']);
  });

  test('ZTO has brought a parcel back to its sender', () => {
    const requests = [
      { action: 'RETURN_SCAN', actionTime: '2026-11-26 09:00:00', returnType: '2' },
      { action: 'RETURN_SIGNED', actionTime: '2026-11-27 12:10:00' },
    ].map(zto);
    expect(toldBy('zto', requests)).toEqual(['returning', 'returned']);
  });

  const sf = (
    rows: readonly (readonly [time: string, opCode: string, remark: string])[],
  ): WebhookRequest => ({
    body: Buffer.from(
      JSON.stringify({
        Body: {
          WaybillRoute: rows.map(([time, opCode, remark]) => ({
            ...{ mailno: 'SF7000000000105', acceptTime: `2026-11-27 ${time}`, acceptAddress: '深圳市' },
            ...{ remark, opCode },
          })),
        },
      }),
    ),
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
  test.each([
    [
      'out of the locker by the buyer',
      [
        sf([
          ['08:30:00', '44', '正在派送途中'],
          ['09:10:00', '125', '快件已放入丰巢快递柜'],
        ]),
        sf([['18:40:00', '128', '客户从丰巢取件成功']]),
      ],
      ['available_for_pickup', 'delivered'],
    ],
    [
      'handed out by a station',
      [sf([['09:10:00', '678', '快件到达驿站']]), sf([['18:40:00', '679', '驿站完成派件']])],
      ['available_for_pickup', 'delivered'],
    ],
    [
      'sent on to another address',
      [
        sf([['08:30:00', '99', '应客户要求，快件正在转寄中']]),
        sf([['12:30:00', '44', '正在派送途中']]),
        sf([['18:30:00', '80', '已签收，感谢使用顺丰']]),
      ],
      ['in_transit', 'out_for_delivery', 'delivered'],
    ],
  ])('SF tells that a parcel was %s', (_, requests, told) => {
    expect(toldBy('sf', requests)).toEqual(told);
  });

  test('Kuaidi100 tells that a parcel was refused, and then signed for', () => {
    const nodes = [
      { time: '2026-11-27 08:00:00', context: '派送中', statusCode: '5' },
      { time: '2026-11-27 10:00:00', context: '客户拒收', statusCode: '14' },
      { time: '2026-11-27 15:00:00', context: '与客户沟通后重新派送', statusCode: '5' },
      { time: '2026-11-27 17:00:00', context: '客户已签收', statusCode: '301' },
    ];
    const requests = nodes.map((_, index) => {
      const data = nodes.slice(0, index + 1).reverse();
      const lastResult = { nu: 'YT2600000000107', com: 'yuantong', state: data[0]?.statusCode, data };
      const param = JSON.stringify({ status: index < 3 ? 'polling' : 'shutdown', lastResult });
      return formRequest({ param, sign: md5(param).toString('hex').toUpperCase() });
    });
    expect(toldBy('kuaidi100', requests)).toEqual([
      ...['out_for_delivery', 'exception', 'out_for_delivery', 'delivered'],
    ]);
  });

  test('17TRACK tells a day in its zone, without a time', () => {
    const undated = {
      ...{ time_iso: null, time_utc: null, description: 'Information required for clearance' },
      ...{ time_raw: { date: '2026-11-27', time: null, timezone: '+08:00' } },
      sub_status: 'InTransit_CustomsRequiringInformation',
    };
    const track_info = {
      latest_status: { status: 'InTransit', sub_status: undated.sub_status },
      latest_event: undated,
      tracking: { providers: [{ events: [undated] }] },
    };
    const data = { number: 'LP00000000117', carrier: 21051, track_info };
    const request = sign17Track(JSON.stringify({ event: 'TRACKING_UPDATED', data }), SECRET);
    expect(toldBy('17track', [request])).toEqual(['customs']);
    const { events } = onlyUpdate((findSource('17track') as Source).parse(request, conditionsOf(SENT)));
    expect(events).toMatchObject([{ time: '2026-11-26T16:00:00.000Z' }]);
  });

  test('17TRACK has not found a number yet, which is nothing to complain of', () => {
    const track_info = {
      latest_status: { status: 'NotFound', sub_status: 'NotFound_Other' },
      latest_event: null,
    };
    const data = { number: 'LP00000000118', carrier: 0, track_info };
    const request = sign17Track(JSON.stringify({ event: 'TRACKING_UPDATED', data }), SECRET);
    expect(toldBy('17track', [request])).toEqual([]);
  });

  const delivered = (number: string, slug: string): string =>
    JSON.stringify({
      event: 'tracking_update',
      msg: {
        ...{ tracking_number: number, slug, tag: 'Delivered', subtag: 'Delivered_001' },
        checkpoints: [
          { slug, checkpoint_time: '2026-11-27T11:05:00+07:00', tag: 'Delivered', subtag: 'Delivered_001' },
        ],
      },
    });
  test('AfterShip signs in its older header', () => {
    const request = signAftershipBefore2022(delivered('1234567119', 'dhl'), SECRET);
    expect(toldBy('aftership', [request])).toEqual(['delivered']);
  });

  test('AfterShip tells of a number with dots', () => {
    const request = signAftership(delivered('S1.A1.17373471', 'ghtk'), SECRET);
    expect(toldBy('aftership', [request])).toEqual(['delivered']);
    const update = onlyUpdate((findSource('aftership') as Source).parse(request, conditionsOf(SENT)));
    expect(update.trackingNo).toBe('S1.A1.17373471');
  });

  test('Svix signs under its own names', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const event = { code: 'delivered', occurred_at: '2026-03-02T18:05:00+08:00', text: 'Delivered' };
    const data = { carrier: 'acme', waybill: 'GEN000123', events: [event] };
    const request = asSvix(signStandard(JSON.stringify({ type: 'shipment.updated', data }), secret));
    expect(toldBy('standard-webhooks', [request], secret, Date.UTC(2026, 2, 2, 10, 20))).toEqual([
      'delivered',
    ]);
  });

  test('Sendcloud announces a parcel that has no number yet', () => {
    const sendcloud = findSource('sendcloud') as Source;
    const about = (parcel: object): WebhookRequest => ({
      body: Buffer.from(JSON.stringify({ action: 'parcel_status_changed', timestamp: SENT, parcel })),
      headers: {},
    });
    for (const id of [999, 1000, 1001, 1002]) {
      const parsed = sendcloud.parse(about({ tracking_number: '', status: { id } }), conditionsOf(SENT));
      expect(parsed).toEqual({ updates: [], flaws: [] });
    }
    const lost = sendcloud.parse(about({ tracking_number: '', status: { id: 11 } }), conditionsOf(SENT));
    expect(lost).toMatchObject({ updates: [], flaws: [{ code: 'row-unusable' }] });
  });
});
