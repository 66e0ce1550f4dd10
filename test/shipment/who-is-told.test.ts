import { describe, expect, test } from '@jest/globals';
import { messageText } from '../../src/shipment/message-text';
import type { MANNERS } from '../../src/shipment/phrases';
import { LANGUAGES, type Saying } from '../../src/shipment/phrases';
import { ORDER_KINDS, ORDER_STATUSES, type TellingFacts } from '../../src/shipment/shop-facts';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';
import { AUDIENCES, type Audience } from '../../src/shipment/update';
import { type Told, tellingOf } from '../../src/shipment/who-is-told';

const SAYINGS: readonly Saying[] = [...SHIPMENT_STATUSES, 'signed_for'];
const said = (saying: Saying, signedByAnother = false): Told => ({ saying, signedByAnother });
/** One word for what an audience is told. */
const told = (audience: Audience, what: Told, facts: TellingFacts): string => {
  const telling = tellingOf(audience, what, facts);
  return 'withheld' in telling ? `withheld: ${telling.withheld}` : telling.manner;
};
/** The sayings of which an audience hears in another manner than this one. */
const besides = (
  audience: Audience,
  facts: TellingFacts,
  usual: string,
  another = false,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    SAYINGS.map((saying) => [saying, told(audience, said(saying, another), facts)] as const).filter(
      ([, manner]) => manner !== usual,
    ),
  );

describe('who is told what', () => {
  test('is as always where the shop says nothing, or nothing that is understood', () => {
    for (const facts of [{}, { direction: null, orderStatus: null, orderKind: null }] as TellingFacts[])
      for (const audience of AUDIENCES) expect(besides(audience, facts, 'usual', true)).toEqual({});
  });

  test('of an order that goes on, or is done, is as always', () => {
    for (const orderStatus of ['open', 'closed'] as const)
      for (const audience of AUDIENCES)
        expect(besides(audience, { direction: 'outbound', orderStatus }, 'usual')).toEqual({});
  });

  test.each(['cancelled', 'refunded'] as const)(
    'of an order that is %s is what must be acted on',
    (orderStatus) => {
      const off = `order-${orderStatus}`;
      for (const facts of [{ orderStatus }, { orderStatus, direction: 'outbound' }] as const) {
        expect(besides('user', facts, `withheld: ${off}`)).toEqual({
          out_for_delivery: off,
          available_for_pickup: off,
          delivered: off,
        });
        expect(besides('merchant', facts, 'usual')).toEqual({ delivered: off });
      }
    },
  );

  test('of a parcel whose direction is not understood does not depend on the order', () => {
    for (const audience of AUDIENCES) {
      const facts = { direction: null, orderStatus: 'cancelled', orderKind: 'cold' } as const;
      expect(besides(audience, facts, 'usual', true)).toEqual({});
    }
  });

  test('of a return is a return, whatever the order is by then', () => {
    for (const orderStatus of ORDER_STATUSES)
      for (const orderKind of ORDER_KINDS)
        for (const audience of AUDIENCES)
          expect(besides(audience, { direction: 'return', orderStatus, orderKind }, 'return', true)).toEqual(
            {},
          );
  });

  test.each(['prescription', 'cold'] as const)(
    'of %s goods that are left with others is trouble of the merchant',
    (orderKind) => {
      expect(besides('merchant', { orderKind }, 'usual')).toEqual({
        available_for_pickup: 'not-handed-over',
      });
      expect(besides('merchant', { orderKind }, 'usual', true)).toEqual({
        available_for_pickup: 'not-handed-over',
        delivered: 'not-handed-over',
      });
      expect(besides('user', { orderKind }, 'usual', true)).toEqual({});
      const cancelled = { orderKind, orderStatus: 'cancelled' } as const;
      expect(told('merchant', said('delivered', true), cancelled)).toBe('order-cancelled');
      expect(told('merchant', said('available_for_pickup'), cancelled)).toBe('not-handed-over');
    },
  );
});

describe('the words of each manner', () => {
  const textOf = (
    language: (typeof LANGUAGES)[number],
    saying: Saying,
    audience: Audience,
    manner: (typeof MANNERS)[number],
  ) => {
    const { title, body } = messageText(language, saying, audience, 'YT0007', manner);
    return `${title}: ${body}`;
  };

  test('of trouble are other words than those that are usual', () => {
    for (const language of LANGUAGES)
      for (const [facts, another] of [
        [{ orderStatus: 'cancelled' }, false],
        [{ orderStatus: 'refunded' }, false],
        [{ orderKind: 'cold' }, true],
      ] as const)
        for (const audience of AUDIENCES)
          for (const saying of SAYINGS) {
            const telling = tellingOf(audience, said(saying, another), facts);
            if (!('manner' in telling) || telling.manner === 'usual') continue;
            const usual = textOf(language, saying, audience, 'usual');
            expect(textOf(language, saying, audience, telling.manner)).not.toBe(usual);
          }
  });

  test('of a return are other words for each status and each side, and say that it is one', () => {
    for (const language of LANGUAGES) {
      const usual = AUDIENCES.flatMap((audience) =>
        SAYINGS.map((saying) => textOf(language, saying, audience, 'usual')),
      );
      const ofReturn = AUDIENCES.flatMap((audience) =>
        SAYINGS.map((saying) => textOf(language, saying, audience, 'return')),
      );
      expect(new Set([...usual, ...ofReturn]).size).toBe(usual.length + ofReturn.length);
      for (const text of ofReturn) expect(text).toMatch(language === 'zh' ? /退货/ : /return/i);
    }
  });

  test('tell a return from a parcel that its carrier takes back', () => {
    expect(textOf('zh', 'in_transit', 'user', 'return')).toBe('退货运输中: 您的退货正在运往商家（尾号0007）');
    expect(textOf('zh', 'returning', 'user', 'return')).toBe(
      '退货未送达: 您的退货未能送达商家，正在寄回给您（尾号0007）',
    );
    expect(textOf('zh', 'returning', 'user', 'usual')).toBe('快递退回中: 包裹正在退回寄件方（尾号0007）');
    expect(textOf('zh', 'delivered', 'merchant', 'return')).toBe(
      '买家退货已送达: 买家的退货已送达，请验收（尾号0007）',
    );
  });
});
