import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskText } from '../../../src/shipment/masking/mask-text';
import {
  LONGEST_PICKUP_CODE,
  MOST_PICKUP_CODES,
  pickupCodesIn,
} from '../../../src/shipment/masking/pickup-codes';

const NUMBER = 'YT7731234567890';
const codesIn = (text: string): string[] => pickupCodesIn(text, NUMBER);

describe('the text of a scan that waits to be collected', () => {
  test.each([
    ['您的包裹已到达菜鸟驿站，请凭取件码8-2-1234及时领取', ['8-2-1234']],
    ['已存入丰巢智能柜，取件码【66887755】，请24小时内取件', ['66887755']],
    ['您的快件已到自提柜，密码：123456', ['123456']],
    ['取件密码１２３４５６，请尽快取走', ['123456']],
    ['取件码8-2-1234、8-2-1235', ['8-2-1234', '8-2-1235']],
    ['请凭A-12-3456到门口的货架取件', ['A-12-3456']],
    ['8-2-1234是您的取件码', ['8-2-1234']],
    ['货架号 3-5-0871，快递员13800138000', ['3-5-0871']],
    ['取件\u200b码：5\u200b566', ['5566']],
    ['开柜码：ABCD', ['ABCD']],
    ['已放3号楼代收点 密码8821', ['8821']],
    ['Ready at the locker. Pickup code: AB12CD', ['AB12CD']],
    ['Ready for collection, PIN 4821', ['4821']],
    ['Use code 482913 to open the locker', ['482913']],
    ['482913 is your collection code', ['482913']],
    ['Your pick-up code is 12-34 at the parcel shop', ['12-34']],
    ['Your pickup code is 4711. Please collect it soon', ['4711']],
    ['Your pickup code is 4711.Please collect it soon', ['4711']],
    ['At the parcel shop. PIN: 8821. Open until 9 pm', ['8821']],
    ['Pickup code 4711 - bring your ID', ['4711']],
    ['Pickup code 4711 - room 12', ['4711']],
    ['Locker PIN: 0042. Building door code 9911', ['0042']],
    ['Door PIN: 0042. Locker code 9911', ['9911']],
    ['Locker code 4711# to open', ['4711']],
    ['It lies on shelf 12. 482913 is your collection code', ['482913']],
    ['In room 12 - please note 482913 is your collection code', ['482913']],
    ['取件码8-2-1234. 3号楼一层', ['8-2-1234']],
    ['取件码8 - 2 - 1234', ['8 - 2 - 1234']],
    ['Pickup code: 8 - A - 1234', ['8 - A - 1234']],
  ])('gives its codes: %s', (text, codes) => {
    expect(codesIn(text)).toEqual(codes);
  });

  test.each([
    '门禁密码 2580#，请放门口',
    '小区大门码：1234',
    '小区密码 2580',
    '3号楼单元门密码2580#',
    '2580是您的门禁码',
    'Door code 1234#',
    'the garage code is 9911',
    'Wi-Fi password: abc12345',
    '凭13800138000取件',
    `凭${NUMBER}取件`,
    '已到达【杭州转运中心】，2026-03-02 10:11:12，重量1.25kg',
    '请在24小时内取件，电话0571-88886666',
    '',
  ])('gives none of what collects no parcel: %s', (text) => {
    expect(codesIn(text)).toEqual([]);
  });

  test('tells the code of a parcel from that of a door in one text', () => {
    expect(codesIn('门禁密码2580，取件码8-2-1234')).toEqual(['8-2-1234']);
    expect(codesIn('取件码 8-2-1234，单元门密码：2580')).toEqual(['8-2-1234']);
    expect(codesIn('locker at the building entrance, door code 2580, locker code 77')).toEqual(['77']);
    expect(codesIn('Building code 2580. Locker code 991122')).toEqual(['991122']);
  });

  test('gives few, and whole ones only', () => {
    const many = Array.from({ length: 8 }, (_, n) => `8-2-100${n}`).join('、');
    expect(codesIn(`取件码${many}`)).toHaveLength(MOST_PICKUP_CODES);
    expect(codesIn(`取件码${'a1'.repeat(LONGEST_PICKUP_CODE)}`)).toEqual([]);
  });
});

const digits = fc.stringMatching(/^[1-9]\d{3,7}$/);
const code = fc.oneof(
  digits,
  fc.stringMatching(/^[1-9]-[1-9]-[1-9]\d{3}$/),
  fc.stringMatching(/^[A-F]-\d{2}-\d{4}$/),
);
const sentence = fc.constantFrom(
  '您的包裹已到达驿站，取件码…，请及时领取',
  '已入柜，取件码：…',
  '请凭提货码【…】到店提货',
  '…是您的取件码',
  'Pickup code: …',
  'your pick-up code is …',
);

test('whatever code is found, masking leaves nothing of it', () => {
  fc.assert(
    fc.property(sentence, code, (text, one) => {
      const said = text.replace('…', one);
      expect(codesIn(said)).toEqual([one]);
      expect(maskText(said, NUMBER)).not.toContain(one);
    }),
    { seed: 20260302, numRuns: 500 },
  );
});

const next = fc.constantFrom(
  'Please collect it within 3 days',
  'Open until 21:00',
  'bring your ID',
  'collect at room 12',
  '2nd floor, next to the bank',
  '24 hours a day',
  'Building door code 9911',
  'See you',
  'A locker at the station',
  '请尽快取走',
  '24小时内取件',
  'APP内可延期',
);

test('a code ends where the sentence goes on', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        '已入柜，取件码：',
        '请凭提货码',
        'Pickup code: ',
        'your pick-up code is ',
        'Locker PIN ',
      ),
      code,
      fc.constantFrom('. ', ' - ', ', ', '。', '，'),
      next,
      (label, one, mark, words) => {
        expect(codesIn(`${label}${one}${mark}${words}`)).toEqual([one]);
      },
    ),
    { seed: 20260302, numRuns: 1_000 },
  );
});

test('any text gives a bounded list of what stands in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), code, (text, one) => {
      const found = codesIn(`${text}取件码${one} ${text}`);
      expect(found.length).toBeLessThanOrEqual(MOST_PICKUP_CODES);
      for (const each of found) expect(each.length).toBeLessThanOrEqual(LONGEST_PICKUP_CODE);
    }),
    { seed: 20260302, numRuns: 300 },
  );
});
