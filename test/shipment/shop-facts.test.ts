import { describe, expect, test } from '@jest/globals';
import type { SettingsError } from '../../src/config/config';
import { loadConfig } from '../../src/config/config';
import { mappedFacts } from '../../src/config/shop-tables';
import { describeUnread, findUnread, readTellingFacts } from '../../src/shipment/shop-facts';

const mappedBy = (tables: object) =>
  mappedFacts(loadConfig({ SHOP_TABLES: JSON.stringify(tables) }).shopTables);
const status = {
  column: 'status',
  words: { 5: 'cancelled', '已 取消': 'cancelled', '': 'open', 换货: null },
};
const ORDERS = mappedBy({ orders: { status } });
const read = (value: unknown) => readTellingFacts({ waybills: null, orders: { status: value } }, ORDERS);

describe('the facts of a shop', () => {
  test.each([
    ['CANCELLED', 'cancelled'],
    [' Ｃａｎｃｅｌｌｅｄ　', 'cancelled'],
    ['已取消', 'cancelled'],
    ['已　取 消 ', 'cancelled'],
    [5, 'cancelled'],
    ['５', 'cancelled'],
    ['can\u200bcelled', 'cancelled'],
    ['refunded', 'refunded'],
    [null, 'open'],
    ['  ', 'open'],
    ['换货', null],
  ])('are words however they are spelt: %j is %j', (value, meant) => {
    expect(read(value)).toEqual({ facts: { orderStatus: meant }, unread: [] });
  });

  test.each([
    ['待发货', '待发货'],
    [6, '6'],
    [true, 'true'],
    [{ a: 1 }, null],
    [['cancelled'], null],
    ['x'.repeat(1000), 'x'.repeat(64)],
    ['13800001234', '***'],
  ])('are not known where nobody understands them, and are named: %j', (value, word) => {
    const { facts, unread } = read(value);
    expect(facts).toEqual({ orderStatus: null });
    expect(unread).toMatchObject([{ setting: 'orders.status', column: 'status', word }]);
  });

  test('are not known where there is no such column', () => {
    for (const orders of [{ other: 'x' }, null]) {
      const { facts, unread } = readTellingFacts({ waybills: null, orders }, ORDERS);
      expect(facts).toEqual({ orderStatus: null });
      expect(unread.map(describeUnread)).toEqual([
        'orders.status of SHOP_TABLES: column status is not there, or not lent to this role; deliveries go on as without it. "waybell doctor" says which of the two, and what to do.',
      ]);
    }
  });

  test('name their fix', () => {
    const [unread] = read('待发货').unread;
    expect(unread && describeUnread(unread)).toBe(
      'orders.status of SHOP_TABLES: column status holds "待发货", which is not known; deliveries go on as without it. Say in SHOP_TABLES what it means: {"orders": {"status": {"column": "status", "words": {"待发货": "…"}}}}, with one of open, cancelled, refunded, closed; or null, where it means nothing.',
    );
  });

  test('that are times and phones are looked at as well, and no phone is shown', () => {
    const mapped = mappedBy({
      waybills: { promisedAt: 'promised', shippedAt: 'shipped', phoneTail: 'phone' },
    });
    const look = (promised: unknown, phone: unknown) =>
      findUnread({ waybills: { promised, phone }, orders: null }, mapped);
    for (const time of [
      '2026-02-06',
      '2026-02-06T10:00:00',
      '2026-02-06 10:00:00.123456+08',
      '2026-02-06T02:00:00Z',
      null,
    ])
      for (const phone of ['1234', '+86 138 0000 1234', '１２３４', null])
        expect(look(time, phone)).toEqual([]);
    expect(look('tomorrow', '12')).toMatchObject([
      { setting: 'waybills.promisedAt', word: null },
      { setting: 'waybills.phoneTail', word: null },
    ]);
    expect(look(1_770_000_000, 13_800_001_234)).toHaveLength(2);
  });
});

describe('SHOP_TABLES', () => {
  const problemsOf = (tables: object): readonly string[] => {
    try {
      mappedBy(tables);
      return [];
    } catch (error) {
      return (error as SettingsError).problems;
    }
  };

  test('takes the name of a column, or with it what its words mean', () => {
    expect(mappedBy({ waybills: { direction: 'dir' } })).toEqual([
      { fact: 'direction', setting: 'waybills.direction', column: 'dir', words: {} },
    ]);
    expect(mappedBy({ orders: { kind: { column: 'kind', words: { 'ＲＸ ': 'prescription' } } } })).toEqual([
      { fact: 'orderKind', setting: 'orders.kind', column: 'kind', words: { rx: 'prescription' } },
    ]);
  });

  test.each([
    [{ orders: { status: { column: 'status', words: { x: 'gone' } } } }, /SHOP_TABLES\.orders\.status/],
    [
      { orders: { status: { column: 'status', words: { X: 'open', ｘ: 'closed' } } } },
      /spelled as another word/,
    ],
    [{ orders: { status: 'a b' } }, /SHOP_TABLES\.orders\.status/],
    [{ waybills: { direction: { words: {} } } }, /SHOP_TABLES\.waybills\.direction/],
    [{ members: { table: 'a', function: 'b' } }, /SHOP_TABLES\.members/],
    [{ members: {} }, /SHOP_TABLES\.members/],
  ])('refuses what cannot be meant: %j', (tables, problem) => {
    expect(problemsOf(tables).join('\n')).toMatch(problem);
  });
});
