import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../../src/config/config';
import { CARRIERS } from '../../src/shipment/carrier-names';
import {
  allNamesOf,
  carrierCode,
  carrierNames,
  isKnownCarrier,
  knowCarriers,
  spellCarrier,
} from '../../src/shipment/carriers';
import { isAggregator } from '../../src/shipment/choose-waybill';
import { SOURCES } from '../../src/sources/registry';

const KNOWN = knowCarriers({});
const ALL = CARRIERS.flatMap((carrier) => allNamesOf(carrier).map((name) => ({ name, code: carrier.code })));

describe('the table of carriers', () => {
  test('gives no name to two carriers', () => {
    const names = ALL.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('says of each carrier how Kuaidi100 or 17TRACK calls it, and how it is written in Chinese', () => {
    for (const { chinese, kuaidi100 } of CARRIERS)
      expect([chinese.length, kuaidi100.length]).not.toContain(0);
  });

  // What AfterShip calls them stands in no source that was read.
  test.each(['sf-express', 'zto-express', 'yundaex', 'jd-express', 'china-ems', 'china-post', 'bestexpress'])(
    'does not guess the slug %s',
    (slug) => expect(isKnownCarrier(KNOWN, slug)).toBe(false),
  );

  test('knows every name in any spelling', () => {
    const wide = (text: string): string =>
      text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
    const spellings = [wide, (text: string) => text.toUpperCase(), (text: string) => ` ${text}\u3000`];
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.constantFrom(...spellings), ({ name, code }, spell) => {
        expect(carrierCode(KNOWN, spell(name))).toBe(code);
      }),
    );
  });

  test('takes a name that nobody knows for itself', () => {
    expect([carrierCode(KNOWN, ' GHTK '), isKnownCarrier(KNOWN, 'ghtk')]).toEqual(['ghtk', false]);
    expect(carrierNames(KNOWN, 'GHTK')).toEqual(['ghtk']);
  });

  test('keeps freight with numbers of its own apart', () => {
    expect(carrierCode(KNOWN, '顺丰快运')).not.toBe(carrierCode(KNOWN, '顺丰速运'));
  });
});

describe('CARRIER_MAP', () => {
  const carriersOf = (map: object) => loadConfig({ CARRIER_MAP: JSON.stringify(map) }).carriers;

  test('gives a carrier of the table the shop’s own name', () => {
    const carriers = carriersOf({ '圆通（上海仓）': '190157' });
    expect(carrierCode(carriers, '圆通(上海仓)')).toBe('yto');
    expect(carrierNames(carriers, 'YTO')).toEqual(expect.arrayContaining(['yuantong', '圆通(上海仓)']));
  });

  test('joins names that are in no table', () => {
    const carriers = carriersOf({ 'Giao Hàng Tiết Kiệm': 'ghtk' });
    expect(carrierCode(carriers, 'giao hàng tiết kiệm')).toBe(carrierCode(carriers, 'GHTK'));
    expect(isKnownCarrier(carriers, 'ghtk')).toBe(true);
  });

  test('wins over the table, and leaves its other names where they are', () => {
    const carriers = carriersOf({ post: 'dhl' });
    expect(['post', 'YZPY', 'DHL'].map((name) => carrierCode(carriers, name))).toEqual([
      'dhl',
      'post',
      'dhl',
    ]);
  });

  test('says of a carrier that it is called so everywhere', () => {
    expect(isKnownCarrier(carriersOf({ ghtk: 'ghtk' }), 'GHTK')).toBe(true);
  });

  test.each([
    [{ a: 'b', b: 'yto' }, /CARRIER_MAP: entry 1 means a name that entry 2 maps itself/],
    [{ a: 'b', b: 'a' }, /CARRIER_MAP: entry 1 means .*\n.*CARRIER_MAP: entry 2 means/],
    [{ a: '' }, /CARRIER_MAP/],
    [{ ' ': 'yto' }, /CARRIER_MAP/],
    [{ a: 'x'.repeat(65) }, /CARRIER_MAP/],
    [['yto'], /CARRIER_MAP/],
  ])('%j is refused', (map, words) => {
    expect(() => carriersOf(map)).toThrow(words);
  });

  test('finds every name of one carrier from each of them', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('甲', '乙', '丙'), fc.constantFrom(...ALL.map(({ name }) => name))),
        fc.constantFrom(...ALL.map(({ name }) => name), '甲', '乙', '丙'),
        (map, name) => {
          const carriers = knowCarriers(map);
          for (const other of carrierNames(carriers, name)) {
            expect(carrierCode(carriers, other)).toBe(carrierCode(carriers, name));
            expect(carrierNames(carriers, other)).toContain(spellCarrier(name));
          }
        },
      ),
    );
  });
});

describe('a source', () => {
  const SPEAK_FOR_THEMSELVES = ['own-system', 'sf', 'standard-webhooks', 'sto', 'yto', 'zto'];

  test('is an aggregator that the shop subscribes with, or speaks for itself', () => {
    const others = SOURCES.map(({ name }) => name).filter((name) => !isAggregator(name));
    expect(others.sort()).toEqual(SPEAK_FOR_THEMSELVES);
  });
});
