import { describe, expect, test } from '@jest/globals';
import { messageText, withoutTail } from '../../src/shipment/message-text';
import { placeAmong, type ParcelOfOrder, standingOf } from '../../src/shipment/parcels-of-order';
import { LANGUAGES } from '../../src/shipment/phrases';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';
import { AUDIENCES } from '../../src/shipment/update';

const parcel = (id: string, standing: ParcelOfOrder['standing'] = 'under-way'): ParcelOfOrder => ({
  ...{ id, trackingNo: `YT${id}`, standing, saidAllOf: null },
});
const row = { word: null, told: null, unproven: false, isReturn: false };

describe('the parcels of one order', () => {
  test('say which of how many one is, and nothing where it is the only one, one of too many, or not awaited', () => {
    const rows = ['a', 'b', 'c'].map((id) => parcel(id));
    expect(placeAmong(rows, 'b', 'in_transit')).toEqual({ place: 2, of: 3 });
    expect(placeAmong(rows, 'b', 'returned')).toBeNull();
    expect(placeAmong(rows, 'elsewhere', 'in_transit')).toBeNull();
    expect(placeAmong([parcel('a')], 'a', 'delivered')).toBeNull();
    const many = Array.from({ length: 21 }, (_, n) => parcel(`${n}`));
    expect(placeAmong(many, '3', 'in_transit')).toBeNull();
    expect(placeAmong(many.slice(1), '3', 'in_transit')).toEqual({ place: 3, of: 20 });
  });

  test('leave out what nobody awaits, and are one where several rows have a number', () => {
    const twice = { ...parcel('d'), trackingNo: ' yta' };
    const rows = [parcel('a'), parcel('gone', 'off'), parcel('b'), twice];
    expect(placeAmong(rows, 'b', 'in_transit')).toEqual({ place: 2, of: 2 });
    expect(placeAmong(rows, 'd', 'in_transit')).toEqual({ place: 1, of: 2 });
    expect(placeAmong(rows, 'gone', 'in_transit')).toBeNull();
    const unnumbered = [
      { ...parcel('a'), trackingNo: '' },
      { ...parcel('b'), trackingNo: null },
    ];
    expect(placeAmong(unnumbered, 'b', 'in_transit')).toEqual({ place: 2, of: 2 });
  });

  test('have all arrived with the last that is delivered, once, and again when one was added', () => {
    const rows = [parcel('a', 'delivered'), parcel('b'), parcel('gone', 'off')];
    expect(placeAmong(rows, 'b', 'delivered')).toEqual({ place: 2, of: 2, all: true });
    expect(placeAmong(rows, 'b', 'signed_for')).toEqual({ place: 2, of: 2 });
    expect(placeAmong([parcel('a'), parcel('b')], 'b', 'delivered')).toEqual({ place: 2, of: 2 });
    const said = [{ ...parcel('a', 'delivered'), saidAllOf: 2 }, parcel('b', 'delivered')];
    expect(placeAmong(said, 'b', 'delivered')).toEqual({ place: 2, of: 2 });
    expect(placeAmong([...said, parcel('c')], 'c', 'delivered')).toEqual({ place: 3, of: 3, all: true });
  });

  test.each([
    [{ ...row, word: 'delivered', told: 'delivered' as const }, 'delivered'],
    [{ ...row, word: 'delivered', told: 'delivered' as const, unproven: true }, 'under-way'],
    [{ ...row, word: '签收' }, 'delivered'],
    [{ ...row, told: 'in_transit' as const }, 'under-way'],
    [{ ...row, word: 'returning' }, 'under-way'],
    [{ ...row, word: 'returned' }, 'off'],
    [{ ...row, word: ' Cancelled ' }, 'off'],
    [{ ...row, word: '已 取消' }, 'off'],
    [{ ...row, word: 'delivered', isReturn: true }, 'off'],
    [row, 'under-way'],
  ])('%j stands as %s', (stands, as) => {
    expect(standingOf(stands, { 签收: 'delivered' })).toBe(as);
  });
});

describe('the text of a parcel among others', () => {
  test('says which one it is, or that all have arrived', () => {
    const say = (language: 'zh' | 'en', all?: true) =>
      messageText(language, 'delivered', 'user', 'YT0007', 'usual', { place: 2, of: 3, ...(all && { all }) })
        .body;
    expect(say('en')).toBe('The parcel has arrived (parcel 2 of 3, …0007)');
    expect(say('zh')).toBe('包裹已送达，感谢您的惠顾（3件中的第2件，尾号0007）');
    expect(say('en', true)).toBe('All 3 parcels have arrived (…0007)');
    expect(say('zh', true)).toBe('3个包裹已全部送达（尾号0007）');
  });

  test('fits every phone, and hides the number with what stands beside it', () => {
    for (const language of LANGUAGES) {
      for (const saying of [...SHIPMENT_STATUSES, 'signed_for'] as const) {
        for (const audience of AUDIENCES) {
          const plain = messageText(language, saying, audience, 'YT0007').body;
          const { body } = messageText(language, saying, audience, 'YT0007', 'usual', { place: 19, of: 20 });
          expect([...body].length).toBeLessThan(50);
          expect(withoutTail(body)).toBe(withoutTail(plain));
          const all = messageText(language, saying, audience, 'YT0007', 'usual', {
            place: 19,
            of: 20,
            all: true,
          });
          expect([...all.body].length).toBeLessThan(50);
        }
      }
    }
  });
});
