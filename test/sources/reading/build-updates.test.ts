import { describe, expect, test } from '@jest/globals';
import type { StatusMap } from '../../../src/shipment/status';
import { buildUpdates, type SaidScan, type SaidWaybill } from '../../../src/sources/reading/update';
import { deliveryWorkflowId } from '../../../src/deliveries/workflow-id';
import { onlyUpdate } from '../read';
import { CONDITIONS } from '../requests';

const SOURCE = {
  name: 'test',
  statusTable: { go: 'in_transit', out: 'out_for_delivery', nothing: null },
} as const;
const build = (...said: SaidWaybill[]) =>
  buildUpdates(said, { source: SOURCE, zone: 'UTC', conditions: CONDITIONS });
const scan = (change: Partial<SaidScan> = {}): SaidScan => ({
  time: '2026-03-02T10:00:00Z',
  code: 'go',
  text: 'text',
  ...change,
});
const waybill = (scans: readonly SaidScan[], change: Partial<SaidWaybill> = {}): SaidWaybill => ({
  carrier: 'dhl',
  trackingNo: 'GEN0001',
  scans,
  ...change,
});
const minute = (index: number) => new Date(Date.UTC(2026, 1, 1) + index * 60_000).toISOString();

describe('what a request says of waybills', () => {
  test('is one update for each, however many rows tell of it', () => {
    const { updates } = build(
      waybill([scan()]),
      waybill([scan()], { trackingNo: 'GEN0002' }),
      waybill([scan({ text: 'more' }), scan()]),
    );
    expect(updates.map(({ trackingNo, events }) => [trackingNo, events.length])).toEqual([
      ['GEN0001', 2],
      ['GEN0002', 1],
    ]);
  });

  test.each([
    ['[dhl](http://evil.example)', 'dhl (http evil.example)'],
    ['Hermes / Evri', 'hermes evri'],
    ['d\u200bhl\u202e', 'dhl'],
    ['<b>dhl</b>', 'b dhl b'],
    ['dhl 📦', 'dhl'],
    ['DHL  Express', 'dhl  express'],
  ])('names the carrier %j, of which what no carrier is called is left out', (carrier, name) => {
    const { updates, flaws } = build(waybill([scan()], { carrier, formerCarrier: `${carrier}2` }));
    expect(updates.map((update) => update.carrier)).toEqual([name]);
    expect(updates[0]?.formerCarrier).toMatch(/^[a-z. ()]+ ?2$/);
    expect(flaws).toEqual([]);
  });

  test.each(['📦', '[](://)', '\u200b', 'x'.repeat(65)])('%j is no name of a carrier', (carrier) => {
    const { updates, flaws } = build(waybill([scan()], { carrier }));
    expect(updates).toEqual([]);
    expect(flaws).toMatchObject([{ code: 'row-unusable' }]);
    expect(flaws[0]?.where).not.toMatch(/\p{Cf}/u);
  });

  test('says of a row without a usable number where it is, and no phone that stands there', () => {
    const { flaws } = build(waybill([scan()], { carrier: 'sf', trackingNo: '张三 13800138000?' }));
    expect(flaws).toMatchObject([{ code: 'row-unusable' }]);
    expect(flaws[0]?.where).not.toContain('13800138000');
  });

  test('keeps of texts, places and words what is seen', () => {
    const unseen = scan({ text: 'at\u202e the\u200b hub', place: 'Ber\u2066lin', code: 'go\u200b' });
    const { updates } = build(waybill([unseen], { state: 'o\u00adn' }));
    expect(updates).toMatchObject([
      {
        state: 'on',
        events: [{ text: 'at the hub', place: 'Berlin', rawStatus: 'go', status: 'in_transit' }],
      },
    ]);
  });

  test('keeps the newest of too many scans', () => {
    const scans = Array.from({ length: 1_200 }, (_, i) => scan({ time: minute(i) }));
    const { updates, flaws } = build(waybill(scans));
    expect(updates[0]?.events).toHaveLength(500);
    expect(updates[0]?.events.at(-1)?.time).toBe(minute(1_199));
    expect(updates[0]?.events.at(0)?.time).toBe(minute(700));
    expect(flaws).toMatchObject([{ code: 'scans-cut' }]);
  });

  test('names each kind of flaw once, and not without end', () => {
    expect(build(waybill([scan({ time: '' }), scan({ time: '', text: 'b' })])).flaws).toHaveLength(1);
    const words = Array.from({ length: 900 }, (_, i) => scan({ code: `word ${i}`, text: `text ${i}` }));
    expect(build(waybill(words)).flaws.length).toBeLessThanOrEqual(20);
    const bad = Array.from({ length: 900 }, (_, i) => waybill([], { trackingNo: `?${i}` }));
    expect(build(...bad).flaws).toHaveLength(200);
  });
});

describe('words that the table of a source lacks', () => {
  const mapped = (statusMap: StatusMap, ...codes: string[]) =>
    buildUpdates([waybill(codes.map((code) => scan({ code, text: code })))], {
      source: SOURCE,
      zone: 'UTC',
      conditions: { ...CONDITIONS, statusMap },
    });
  const statusesOf = (...said: Parameters<typeof mapped>) =>
    onlyUpdate(mapped(...said)).events.map(({ status }) => status);

  test('mean what the shop says, for one source or for all; the table itself goes first', () => {
    expect(statusesOf({ odd: 'delivered' }, 'odd')).toEqual(['delivered']);
    expect(statusesOf({ odd: 'delivered', 'test/odd': 'returned' }, 'odd')).toEqual(['returned']);
    expect(statusesOf({ 'other/odd': 'delivered' }, 'odd')).toEqual([null]);
    expect(statusesOf({ go: 'delivered', nothing: 'delivered' }, 'go', 'nothing')).toEqual([
      'in_transit',
      null,
    ]);
  });

  test('are no flaw then, and make another delivery of the same request', () => {
    expect(mapped({}, 'odd').flaws).toMatchObject([{ code: 'status-unknown' }]);
    expect(mapped({ odd: 'delivered' }, 'odd').flaws).toEqual([]);
    const idOf = (statusMap: StatusMap) => deliveryWorkflowId(onlyUpdate(mapped(statusMap, 'odd')));
    expect(idOf({ odd: 'delivered' })).not.toBe(idOf({}));
  });
});

describe('codes with which parcels are collected', () => {
  const locker = scan({
    code: 'out',
    status: 'available_for_pickup',
    text: '已入柜，取件码8-2-1234，请尽快取件',
  });

  test('are told beside the update of their parcel, which has them masked', () => {
    const parsed = build(
      waybill([locker, scan({ time: '2026-03-02T09:00:00Z' })]),
      waybill([scan({ text: '取件码5566' })], { trackingNo: 'GEN0002' }),
    );
    expect([...(parsed.pickupCodes ?? [])]).toEqual([
      [parsed.updates[0], { scannedAt: '2026-03-02T10:00:00.000Z', codes: ['8-2-1234'] }],
    ]);
    expect(JSON.stringify(parsed.updates)).not.toMatch(/1234|5566/);
  });

  test('are not told where the same history says that the parcel waits no longer', () => {
    const collected = scan({ time: '2026-03-02T11:00:00Z', code: 'done', status: 'delivered' });
    expect(build(waybill([locker, collected])).pickupCodes).toBeUndefined();
    const whole = { time: '', code: 'done', status: 'delivered', text: '' } as const;
    expect(build(waybill([locker], { whole })).pickupCodes).toBeUndefined();
  });
});

describe('words that the shop corrects', () => {
  const read = (statusMap: StatusMap, ...scans: SaidScan[]) =>
    buildUpdates([waybill(scans)], {
      source: { ...SOURCE, lockerSigned: ['go'] },
      zone: 'UTC',
      conditions: { ...CONDITIONS, statusMap },
    });
  const firstOf = (statusMap: StatusMap, change: Partial<SaidScan>) =>
    onlyUpdate(read(statusMap, scan(change))).events[0];

  test('go before the table, before what lockers mean, and before what the source reads beside the word', () => {
    const statusMap: StatusMap = { 'test/go': 'returned' };
    expect(firstOf({}, { code: 'go' })).toMatchObject({ status: CONDITIONS.lockerSigned });
    for (const change of [{}, { status: 'delivered' }, { status: null }] as const)
      expect(firstOf(statusMap, { code: 'go', ...change })).toMatchObject({
        ...{ status: 'returned', rawStatus: 'go', reading: 'shop' },
      });
    expect(firstOf({ go: 'returned', 'other/go': 'returned' }, { code: 'go' })).not.toHaveProperty('reading');
  });

  test('may say nothing about the parcel, which is no flaw', () => {
    const said = read(
      { 'test/out': null, 'test/odd': null },
      scan({ code: 'out' }),
      scan({ code: 'odd', text: 'b' }),
    );
    expect(said.flaws).toEqual([]);
    expect(onlyUpdate(said).events.map(({ status }) => status)).toEqual([null, null]);
  });

  test('count from the finest that the shop or the table knows', () => {
    const words = { code: 'odd', words: ['odd', 'go'], status: 'in_transit' } as const;
    expect(firstOf({ 'test/go': 'customs' }, words)).toMatchObject({ status: 'customs', rawStatus: 'odd' });
    expect(firstOf({ 'test/go': 'customs', 'test/odd': 'returned' }, words)?.status).toBe('returned');
    const known = { code: 'out', words: ['out', 'go'], status: 'out_for_delivery' } as const;
    expect(firstOf({ 'test/go': 'customs' }, known)?.status).toBe('out_for_delivery');
  });

  test('are meant as they are kept: one line, bounded, and masked', () => {
    const code = `收件人：张三 13800138000\n${'x'.repeat(100)}`;
    const kept = firstOf({}, { code })?.rawStatus ?? '';
    expect(kept).not.toMatch(/张三|13800138000|\n/);
    expect(firstOf({ [`test/${kept}`]: 'exception' }, { code })?.status).toBe('exception');
    expect(firstOf({ 'test/go': 'exception' }, { code: '__proto__' })?.status).toBeNull();
  });
});

describe('what is said of a waybill as a whole', () => {
  const whole = (change: Partial<SaidScan> = {}) => ({ whole: scan({ code: 'out', time: '', ...change }) });
  const eventsOf = (said: SaidWaybill) => onlyUpdate(build(said)).events;

  test('is a scan after all others, even without a time of its own or with an earlier one', () => {
    for (const time of ['', '2026-03-01T10:00:00Z']) {
      expect(eventsOf(waybill([scan()], whole({ time })))).toMatchObject([
        { status: 'in_transit' },
        { status: 'out_for_delivery', time: '2026-03-02T10:00:00.001Z' },
      ]);
    }
  });

  test('is the same scan whenever it is told again, and another once there is news', () => {
    const idOf = (said: SaidWaybill) => deliveryWorkflowId(onlyUpdate(build(said)));
    const told = idOf(waybill([scan()], whole({ time: '2026-03-02T10:10:00Z' })));
    expect(idOf(waybill([scan()], whole({ time: '2026-03-02T10:15:00Z' })))).toBe(told);
    expect(idOf(waybill([scan(), scan({ text: 'news' })], whole()))).not.toBe(told);
  });

  test.each([
    ['the newest scan says it', [scan({ code: 'out' })]],
    ['the scans together say it', [scan({ code: 'out' }), scan({ time: '2026-03-02T10:01:00Z' })]],
  ])('is no scan of its own where %s', (_, scans) => {
    expect(eventsOf(waybill(scans, whole()))).toHaveLength(scans.length);
  });

  test('is no scan of its own where the newest scan says it in a finer word, but where it says more', () => {
    const fine = scan({ code: 'go/fine', status: 'customs', kind: 'go' });
    const coarse = scan({ code: 'go', status: 'in_transit', kind: 'go' });
    expect(eventsOf(waybill([fine], { whole: coarse }))).toHaveLength(1);
    expect(eventsOf(waybill([coarse], { whole: fine }))).toHaveLength(2);
  });

  test.each([{ code: 'nothing' }, { code: '' }, { code: 'new' }])(
    'is no scan beside others with %j',
    (change) => {
      expect(eventsOf(waybill([scan()], whole(change)))).toHaveLength(1);
    },
  );

  test('is the only scan where there is no other, and nothing where it says nothing', () => {
    expect(eventsOf(waybill([], whole()))).toMatchObject([{ status: 'out_for_delivery' }]);
    expect(eventsOf(waybill([], whole({ code: 'new' })))).toMatchObject([{ status: null, rawStatus: 'new' }]);
    expect(build(waybill([], whole({ code: 'nothing', status: null })))).toEqual({ updates: [], flaws: [] });
    expect(build(waybill([], whole({ code: '' })))).toMatchObject({ flaws: [{ code: 'no-scans' }] });
  });
});
