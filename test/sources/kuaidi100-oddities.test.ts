import { describe, expect, test } from '@jest/globals';
import { kuaidi100 } from '../../src/sources/kuaidi100';
import { NODE, parse, push, read, statusOf } from './kuaidi100-push';
import { CONDITIONS, formRequest, NOW } from './requests';

describe('an abort of Kuaidi100', () => {
  test.each([
    ['without a history', []],
    ['after a history', [NODE]],
  ])('%s is an expired parcel, dated by the receipt', (_, data) => {
    const { events } = read(push({ status: 'abort', message: '3天查询无记录' }, { data }));
    expect(events).toHaveLength(data.length + 1);
    expect(events.at(-1)).toMatchObject({
      time: new Date(NOW).toISOString(),
      status: 'expired',
      text: '3天查询无记录',
    });
    expect(statusOf(events)).toBe('expired');
  });

  test('after delivery changes nothing', () => {
    const { events } = read(
      push({ status: 'abort', message: '60天无变化' }, { data: [{ ...NODE, statusCode: '3' }] }),
    );
    expect(statusOf(events)).toBe('delivered');
  });

  test('is another one once the parcel has moved again', () => {
    const keyOf = (time: string) =>
      read(push({ status: 'abort', message: '60天无变化' }, { data: [{ ...NODE, time }] })).events.at(-1)
        ?.key;
    expect(keyOf('2026-03-01 10:00:00')).not.toBe(keyOf('2026-03-02 10:00:00'));
  });

  test('that corrects the carrier goes on under the new one', () => {
    const correction = {
      status: 'abort',
      message: '3天查询无记录',
      autoCheck: '1',
      comOld: 'yuantong',
      comNew: 'Shentong ',
    };
    const { updates, flaws } = parse(push(correction, { data: [] }));
    expect(flaws).toEqual([]);
    expect(updates).toEqual([
      {
        source: 'kuaidi100',
        carrier: 'shentong',
        trackingNo: 'YT0000000000001',
        formerCarrier: 'yuantong',
        state: 'abort 0',
        events: [],
      },
    ]);
    expect(read(push({ ...correction, status: 'polling' }))).toMatchObject({
      carrier: 'shentong',
      formerCarrier: 'yuantong',
      events: [{ status: 'out_for_delivery' }],
    });
  });

  test('that names the same carrier twice is no correction', () => {
    const update = read(push({ status: 'abort', comOld: 'yuantong', comNew: 'YUANTONG' }, { data: [] }));
    expect(update).not.toHaveProperty('formerCarrier');
    expect(statusOf(update.events)).toBe('expired');
  });
});

describe('what is strange at Kuaidi100', () => {
  test.each([
    ['no JSON', '{"status":', 'body-unreadable'],
    ['an array', '[]', 'body-unreadable'],
    ['a nested bomb', '['.repeat(200_000), 'body-unreadable'],
    ['an empty object', '{}', 'row-unusable'],
    ['no number', JSON.stringify(push({}, { nu: null })), 'row-unusable'],
    ['an empty history', JSON.stringify(push({}, { data: [] })), 'no-scans'],
    ['a history that is none', JSON.stringify(push({}, { data: 'x' })), 'no-scans'],
  ])('is accepted and flagged: %s', (_, param, code) => {
    const { updates, flaws } = kuaidi100.parse(formRequest({ param }), CONDITIONS);
    expect(updates).toEqual([]);
    expect(flaws).toMatchObject([{ code }]);
  });

  test('a body that is no form at all is flagged', () => {
    for (const body of [Buffer.alloc(0), Buffer.from('%'), Buffer.from('param=%ff%ff')]) {
      expect(kuaidi100.parse({ body, headers: {} }, CONDITIONS)).toMatchObject({
        updates: [],
        flaws: [{ code: 'body-unreadable' }],
      });
    }
  });

  test('null times and rows that are no rows are kept and flagged', () => {
    const { updates, flaws } = parse(
      push({}, { data: [{ context: 'x', time: null, statusCode: '5' }, null] }),
    );
    expect(updates[0]?.events).toHaveLength(2);
    expect(flaws.map(({ code }) => code)).toContain('time-unusable');
  });

  test('names and phone numbers do not come in', () => {
    const { events } = read(push({}, { data: [{ ...NODE, context: '快递员：张三，电话13800138000' }] }));
    expect(events[0]?.text).toBe('快递员：***，电话***');
  });

  test('ten thousand scans in a body of 1 MiB are bounded, and read in a second of processor time', () => {
    const data = Array.from({ length: 10_000 }, (_, n) => ({
      time: new Date(NOW - n * 60_000).toISOString().slice(0, 19).replace('T', ' '),
      context: `${n}`,
    }));
    const body = Buffer.from(`param=${encodeURIComponent(JSON.stringify(push({}, { data })))}`);
    expect(body.length).toBeLessThan(1024 * 1024);
    const began = process.cpuUsage();
    const { updates, flaws } = kuaidi100.parse({ body, headers: {} }, CONDITIONS);
    expect(process.cpuUsage(began).user).toBeLessThan(1_000_000);
    expect(updates[0]?.events.length).toBeLessThanOrEqual(500);
    expect(flaws).toMatchObject([{ code: 'scans-cut' }]);
  });
});
