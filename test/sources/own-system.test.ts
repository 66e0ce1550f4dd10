import { describe, expect, test } from '@jest/globals';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { ownSystem } from '../../src/sources/own-system';
import type { Conditions } from '../../src/sources/source';
import { conditionsOf } from './requests';

const NOW = Date.UTC(2026, 2, 2, 12);
const SCAN = {
  carrier: 'yto',
  tracking_no: 'TEST_YT_20260206_0007',
  status: 'delivered',
  event_text: '已签收',
  event_time: '2026-03-02 10:00:00',
};

const CONDITIONS: Conditions = {
  ...conditionsOf(NOW),
  statusMap: { 派件: 'out_for_delivery', Delivered: 'returned' },
};
const parseBytes = (body: Buffer, conditions = CONDITIONS) =>
  ownSystem.parse({ body, headers: {} }, conditions);
const parse = (change: Record<string, unknown>) =>
  parseBytes(Buffer.from(JSON.stringify({ ...SCAN, ...change })));

function read(change: Record<string, unknown> = {}): ShipmentUpdate {
  const { updates, flaws, refusal } = parse(change);
  expect({ flaws, refusal }).toEqual({ flaws: [], refusal: undefined });
  expect(updates).toHaveLength(1);
  return updates[0]!;
}

describe("the shop's own system", () => {
  test('says one scan of one waybill', () => {
    expect(read({ status: 'in_transit' })).toEqual({
      source: 'own-system',
      carrier: 'yto',
      trackingNo: 'TEST_YT_20260206_0007',
      events: [
        {
          key: expect.stringMatching(/^said:[0-9a-f]{64}$/),
          time: '2026-03-02T02:00:00.000Z',
          status: 'in_transit',
          rawStatus: 'in_transit',
          text: '已签收',
        },
      ],
    });
  });

  test.each([
    ['carrier', '[yto](http://evil.example)'],
    ['carrier', '<b>yto</b>'],
    ['carrier', 'yto/圆通'],
    ['carrier', 'me@evil.example'],
    ['carrier', '📦'],
    ['carrier', "-_.&'()"],
    ['carrier', 'y\u200bto'],
    ['carrier', 'y\u200dto'],
    ['carrier', 'yto\u202e'],
    ['carrier', 'yto\u3164'],
    ['carrier', 'yto\u009b31m'],
    ['tracking_no', 'YT12\u200b34'],
    ['tracking_no', 'YT12👩‍👧34'],
    ['status', 'deli\u00advered'],
    ['event_id', 'scan\u20661'],
    ['event_time', '2026-03-02T10:00:00+99:99'],
    ['event_time', '2026-03-02T10:00:00-14:01'],
  ])('is told that %s is not to be %j', (field, value) => {
    const { updates, refusal } = parse({ [field]: value });
    expect(updates).toEqual([]);
    expect(refusal).toMatchObject({ code: 'field-invalid', field });
    expect(refusal?.message).toMatch(new RegExp(`^${field}: `));
  });

  test.each(['圆通速递', "j&t express (uk) lettre d'or_1.0-a", 'पोस्ट', 'почта россии', 'إكسبريس', '17track'])(
    'may name the carrier %s',
    (carrier) => {
      expect(read({ carrier })).toMatchObject({ carrier });
    },
  );

  test('says a text with pictures, of which only what is seen is kept', () => {
    const [event] = read({ event_text: '到了 👩‍👩‍👧 ❤️‍🔥 [x](http://y)' }).events;
    expect(event?.text).toBe('到了 👩‍👩‍👧 ❤️‍🔥 [x](http://y)');
    const [hidden] = read({ event_text: 'to \u202eecila, 138\u200b00138\u200b000 \u001b]0;x\u0007' }).events;
    expect(hidden?.text).toBe('to ecila, ***  ]0;x');
  });

  test('is known by all that it said, seen or not', () => {
    const keys = ['arrived', 'arri\u200bved'].map((event_text) => read({ event_text }).events[0]?.key);
    expect(new Set(keys).size).toBe(2);
  });

  test('gets one spelling for carrier and number, whoever types them', () => {
    expect(read({ carrier: ' ＹＴＯ ', tracking_no: ' yt 1234\t5678 ' })).toMatchObject({
      carrier: 'yto',
      trackingNo: 'YT12345678',
    });
    expect(read({ carrier: '圆通速递', tracking_no: 'ＹＴ－１２３４' })).toMatchObject({
      carrier: '圆通速递',
      trackingNo: 'YT-1234',
    });
  });

  test.each([
    ['派件', 'out_for_delivery'],
    [' 派件 ', 'out_for_delivery'],
    ['Delivered', 'returned'],
    ['DELIVERED', 'returned'],
    ['In_Transit', 'in_transit'],
    ['in transit', null],
    ['签收', null],
    ['constructor', null],
    ['__proto__', null],
  ])('says status %s, which means %s', (status, meaning) => {
    const [event] = read({ status }).events;
    expect(event).toMatchObject({ status: meaning, rawStatus: status.trim() });
  });

  test('is told apart by event_id when it gives one', () => {
    expect(read({ event_id: 'e-1' }).events[0]?.key).toBe('id:e-1');
    expect(read({ event_id: 'e-1', event_text: 'other' }).events[0]?.key).toBe('id:e-1');
    expect(read({ event_id: null }).events[0]?.key).toBe(read().events[0]?.key);
  });

  test('says the same thing in the same way, whatever the spelling of the time', () => {
    expect(read({ event_time: '2026-03-02T02:00:00Z' }).events[0]).toEqual(read().events[0]);
  });

  test('says times without an offset in Chinese time, unless its channel names another zone', () => {
    const body = Buffer.from(JSON.stringify(SCAN));
    const timeIn = (zone?: string) =>
      parseBytes(body, { ...CONDITIONS, ...(zone !== undefined && { zone }) }).updates[0]?.events[0]?.time;
    expect(timeIn()).toBe('2026-03-02T02:00:00.000Z');
    expect(timeIn('Europe/Amsterdam')).toBe('2026-03-02T09:00:00.000Z');
  });

  test('leaves no person and no phone number in what is kept', () => {
    const [event] = read({ event_text: '快递员张三(13800138000)正在派件', status: '签收人：李四' }).events;
    expect(event).toMatchObject({ text: '快递员***(***)正在派件', rawStatus: '签收人：***' });
  });

  test('may have nothing to say beyond the status', () => {
    expect(read({ event_text: undefined }).events[0]?.text).toBe('');
    expect(read({ event_text: null }).events[0]?.text).toBe('');
    expect(read({ event_text: 'line\r\nbreak\u0000' }).events[0]?.text).toBe('line break');
  });

  test.each([
    ['carrier', undefined],
    ['carrier', ''],
    ['carrier', '   '],
    ['carrier', 'x'.repeat(65)],
    ['carrier', 'y\u0000to'],
    ['carrier', 7],
    ['tracking_no', undefined],
    ['tracking_no', 'YT1'],
    ['tracking_no', 'Y'.repeat(65)],
    ['tracking_no', '1'.repeat(100_000)],
    ['tracking_no', "YT1234'; drop table"],
    ['tracking_no', '../etc/passwd'],
    ['tracking_no', 7_731_234_567_890],
    ['status', undefined],
    ['status', ' '],
    ['status', 's'.repeat(65)],
    ['status', ['delivered']],
    ['event_text', 't'.repeat(501)],
    ['event_text', { text: 1 }],
    ['event_time', undefined],
    ['event_time', 1_772_445_600],
    ['event_time', '2026-02-30 10:00:00'],
    ['event_time', '1999-01-01 00:00:00'],
    ['event_time', '2026-03-04 10:00:00'],
    ['event_time', '2'.repeat(10_000)],
    ['event_id', ''],
    ['event_id', 'e'.repeat(129)],
    ['event_id', 'e\n1'],
  ])('is refused for the field %s with the value %j', (field, value) => {
    const message: unknown = expect.stringMatching(new RegExp(`^${field}: .{5,}`));
    expect(parse({ [field]: value })).toMatchObject({
      updates: [],
      flaws: [{ code: 'body-unreadable', where: 'body', message }],
      refusal: { code: 'field-invalid', field, message },
    });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half of an object', Buffer.from('{"carrier":')],
    ['an array', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['a text', Buffer.from('"yto"')],
    ['half a character', Buffer.from([0x7b, 0x22, 0xe5, 0x9c, 0x22, 0x3a, 0x31, 0x7d])],
  ])('is refused when its body is %s', (_, body) => {
    expect(parseBytes(body)).toMatchObject({ updates: [], refusal: { code: 'json-malformed' } });
  });
});
