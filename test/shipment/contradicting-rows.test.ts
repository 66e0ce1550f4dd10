import { describe, expect, test } from '@jest/globals';
import { knowCarriers } from '../../src/shipment/carriers';
import {
  explainContradiction,
  findContradictions,
  type SharingRow,
} from '../../src/shipment/contradicting-rows';

const carriers = knowCarriers({});
let rows = 0;
const row = (change: Partial<SharingRow> = {}): SharingRow => ({
  ...{ id: `w-${(rows += 1)}`, carrier: 'yto', order_id: `O-${rows}`, status: null },
  ...{ merchantId: 'm-1', direction: null, ...change },
});
const codes = (...of: SharingRow[]): string[] => findContradictions(of, carriers).map(({ code }) => code);

describe('rows of the shop with one number', () => {
  test('contradict nothing where several orders of one merchant lie in one parcel, or carriers have the same digits', () => {
    expect(codes(row(), row({ carrier: '圆通速递' }), row({ status: 'created' }))).toEqual([]);
    expect(codes(row({ order_id: 'O' }), row({ carrier: 'zto', order_id: 'O', merchantId: 'm-2' }))).toEqual(
      [],
    );
    expect(codes(row({ direction: 'return' }), row({ merchantId: null }))).toEqual([]);
    expect(codes(row({ carrier: null }))).toEqual([]);
  });

  test.each<[string, SharingRow[], string[]]>([
    ['the same order twice', [row({ order_id: 'O' }), row({ order_id: 'O' }), row()], ['same-order']],
    [
      'one called off and one not',
      [row({ status: 'Cancelled' }), row({ status: 'delivered' })],
      ['called-off'],
    ],
    [
      'one to the buyer and one from him',
      [row({ direction: 'return' }), row({ direction: 'outbound' })],
      ['two-ways'],
    ],
    ['orders of two merchants', [row(), row({ merchantId: 'm-2' })], ['several-merchants']],
    ['one without a carrier', [row(), row({ carrier: ' ' })], ['no-carrier']],
  ])('are named with their fix: %s', (_, of, expected) => {
    expect(codes(...of)).toEqual(expected);
    for (const one of findContradictions(of, carriers)) {
      const { en, zh } = explainContradiction(one);
      for (const { id } of one.rows) expect([en, zh].every((text) => text.includes(id))).toBe(true);
    }
  });

  test('are named by those that contradict alone', () => {
    const [one, two, other] = [row({ order_id: 'O' }), row({ order_id: 'o' }), row()];
    expect(findContradictions([one, other, two], carriers)).toEqual([
      { code: 'same-order', rows: [one, two] },
    ]);
  });
});
