import { describe, expect, test } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import { bytesOfMember } from '../../src/sources/reading/json';
import { seventeenTrack } from '../../src/sources/seventeen-track';
import type { WebhookRequest } from '../../src/sources/source';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { CONDITIONS, readPayload } from './requests';
import { onlyUpdate } from './read';
import { sign17Track, sign17TrackVersion1 } from './vectors/17track';
import { ANY_AGE } from '../setup/any-age';

const KEY = '17track-demo-key';
const PAYLOAD = readPayload('17track.updated-customs.json');
const verify = (request: WebhookRequest, ...keys: string[]) =>
  seventeenTrack.verify?.(request, keys, CONDITIONS);

const push = (data: object, event = 'TRACKING_UPDATED') => sign17Track(JSON.stringify({ event, data }));
const event = (sub_status: string | null, stage: string | null = null, change: object = {}) => ({
  time_iso: '2026-03-02T10:00:00+01:00',
  time_utc: '2026-03-02T09:00:00Z',
  description: 'text',
  location: 'DE',
  stage,
  sub_status,
  ...change,
});
const info = (events: object[], latest_status: object = {}, change: object = {}) => ({
  number: 'LX000000001CN',
  carrier: 3011,
  track_info: { latest_status, tracking: { providers: [{ events }] }, ...change },
});
const parse = (data: object) => seventeenTrack.parse(push(data), CONDITIONS);
const read = (data: object) => onlyUpdate(parse(data));

describe('a signature of 17TRACK', () => {
  test.each([
    [{}, 'signature-missing'],
    [{ sign: '' }, 'signature-missing'],
    [{ sign: ['a', 'b'] }, 'signature-missing'],
    [{ sign: 'no hex' }, 'signature-invalid'],
    [{ sign: '00'.repeat(32) }, 'signature-invalid'],
  ])('with the headers %j is refused', (headers, code) => {
    expect(verify({ body: PAYLOAD.body, headers }, KEY)).toMatchObject({ ok: false, code });
  });

  test('is refused where the only key is empty', () => {
    expect(verify(sign17Track('{}', ''), '')).toMatchObject({ ok: false });
    expect(verify(sign17TrackVersion1('E', '{}', ''), '')).toMatchObject({ ok: false });
  });
});

describe('a signature in the body, version 1', () => {
  const data = '{"number":"RR1", "weight":136.0, "text":"\\u00e4 }, \\"data\\":1", "list":[{},{"a":[1]}]}';
  const fits = (body: string) => verify({ body: Buffer.from(body), headers: {} }, KEY)?.ok;
  const genuine = sign17TrackVersion1('TRACKING_UPDATED', data).body.toString();
  const sign = /"sign":"(\w+)"/.exec(genuine)?.[1] ?? '';

  test('fits the data as they were sent, wherever they stand', () => {
    expect(verify(sign17TrackVersion1('TRACKING_UPDATED', data), 'old', KEY)).toEqual({ ok: true });
    expect(fits(`{ "event" : "TRACKING_UPDATED",\n"data" :\t${data} , "sign":"${sign}"}`)).toBe(true);
    expect(fits(`{"d\\u0061ta":${data},"event":"TRACKING_UPDATED","sign":"${sign}"}`)).toBe(true);
  });

  test('does not fit data written anew, changed, given twice, or another event', () => {
    expect(fits(genuine.replace('136.0', '136'))).toBe(false);
    expect(fits(genuine.replace('RR1', 'RR2'))).toBe(false);
    expect(fits(genuine.replace(/}$/, ',"data":{"number":"RR2"}}'))).toBe(false);
    expect(fits(genuine.replace(/}$/, ',"data":"data"}'))).toBe(false);
    expect(fits(genuine.replace('UPDATED', 'STOPPED'))).toBe(false);
  });

  test.each([
    '{}',
    '[]',
    'null',
    '{"sign":null,"event":"E","data":{}}',
    '{"sign":"","event":"E","data":{}}',
    '{"sign":["a"],"event":"E","data":{}}',
    `{"sign":"${'0'.repeat(64)}","event":"E"}`,
    '{"data":{"sign":"x"}}',
    '\u{feff}{',
    '[[[',
  ])('is missing from %j', (body) => {
    expect(verify({ body: Buffer.from(body), headers: {} }, KEY)).toMatchObject({
      ok: false,
      code: 'signature-missing',
    });
  });

  test.each([
    ['{"a":1,"b":[1,{"b":2}],"b" : "x\\"}" }', '"x\\"}"'],
    ['{"b":{"b":{"b":[]}}}', '{"b":{"b":[]}}'],
    ['{"b":-1.50e3}', '-1.50e3'],
    ['{"a":"\\\\","b":null}', 'null'],
    ['{"a":"b"}', undefined],
    ['{}', undefined],
  ])('finds in %s the bytes of b', (json, bytes) => {
    expect(bytesOfMember(Buffer.from(json), 'b')?.toString()).toBe(bytes);
  });
});

describe('what 17TRACK says', () => {
  test('is every event of the sample, also one without a time', () => {
    const parsed = seventeenTrack.parse(PAYLOAD, CONDITIONS);
    expect(parsed.flaws).toMatchObject([{ code: 'time-unusable' }]);
    const update = onlyUpdate(parsed);
    expect(update).toMatchObject({ source: '17track', carrier: '3011', trackingNo: 'LX000000001CN' });
    expect(update.events).toMatchObject([
      { time: '2026-03-02T01:00:00.000Z', status: 'customs', text: '海关查验中', place: 'CN' },
      { time: '2026-03-02T01:00:00.000Z', status: 'info_received' },
    ]);
    expect(currentStatus(update.events, ANY_AGE.zone)?.status).toBe('customs');
  });

  test.each([
    ['NotFound_Other', null],
    ['InfoReceived', 'info_received'],
    ['InTransit_Other', 'in_transit'],
    ['InTransit_PickedUp', 'picked_up'],
    ['InTransit_CustomsProcessing', 'customs'],
    ['InTransit_CustomsReleased', 'customs'],
    ['InTransit_CustomsRequiringInformation', 'customs'],
    ['Expired_Other', 'expired'],
    ['AvailableForPickup_Other', 'available_for_pickup'],
    ['OutForDelivery_Other', 'out_for_delivery'],
    ['DeliveryFailure_NoBody', 'failed_attempt'],
    ['Delivered_Other', 'delivered'],
    ['Exception_Damage', 'exception'],
    ['Exception_Returning', 'returning'],
    ['Exception_Returned', 'returned'],
  ])('%s is %s', (word, status) => {
    expect(read(info([event(word)])).events).toMatchObject([{ status, rawStatus: word }]);
  });

  test.each([
    ['PickedUp', 'picked_up'],
    ['Departure', 'in_transit'],
    ['Arrival', 'in_transit'],
    ['Returning', 'returning'],
    ['Returned', 'returned'],
  ])('the stage %s is %s', (stage, status) => {
    expect(read(info([event(null, stage)])).events).toMatchObject([{ status, rawStatus: stage }]);
  });

  test('is the events of all carriers', () => {
    const providers = [
      { events: [event('InTransit_Other')] },
      { events: [event('Delivered_Other')] },
      {},
      null,
    ];
    expect(read(info([], {}, { tracking: { providers } })).events).toHaveLength(2);
  });

  test('is a status that no event has', () => {
    const latest = { status: 'Expired', sub_status: 'Expired_Other' };
    const told = read(info([event('InTransit_Other')], latest));
    expect(currentStatus(told.events, ANY_AGE.zone)?.status).toBe('expired');
    expect(deliveryWorkflowId(read(info([event('InTransit_Other')], latest)))).toBe(deliveryWorkflowId(told));
  });

  test('is the latest event where no others are listed', () => {
    const latest_event = event('OutForDelivery_Other');
    expect(read(info([], { status: 'OutForDelivery' }, { latest_event })).events).toMatchObject([
      { status: 'out_for_delivery', time: '2026-03-02T09:00:00.000Z' },
    ]);
  });

  test('has the time as the carrier wrote it where nobody could place it', () => {
    const time_raw = { date: '2026-03-02', time: '08:00:00', timezone: '+08:00' };
    const unplaced = event('InTransit_Other', null, { time_iso: null, time_utc: null, time_raw });
    expect(read(info([unplaced])).events).toMatchObject([{ time: '2026-03-02T00:00:00.000Z' }]);
  });

  test('is nothing where it stops following', () => {
    const stopped = push({ number: 'LX000000001CN', carrier: 3011, tag: 'SO-17' }, 'TRACKING_STOPPED');
    expect(seventeenTrack.parse(stopped, CONDITIONS)).toMatchObject({
      updates: [],
      flaws: [{ code: 'not-tracking', where: 'TRACKING_STOPPED' }],
    });
  });

  test.each([
    [0, null],
    [10, 'in_transit'],
    [20, 'expired'],
    [30, 'available_for_pickup'],
    [35, 'failed_attempt'],
    [40, 'delivered'],
    [50, 'exception'],
  ])('the number %i of version 1 is %s', (e, status) => {
    const z1 = [{ a: '2026-03-02 09:00', c: 'Berlin', z: 'text' }];
    const { events } = read({ number: 'RR000000001CN', carrier: 3011, track: { e, z0: z1[0], z1, z2: [] } });
    expect(events[0]).toMatchObject({ time: '2026-03-02T09:00:00.000Z', place: 'Berlin', status: null });
    expect(currentStatus(events, ANY_AGE.zone)?.status ?? null).toBe(status);
  });
});
