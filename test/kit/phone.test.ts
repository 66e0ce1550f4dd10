import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createWaybell } from '../../kit/uni-app/waybell';
import { createFakePhone, type FakePhone } from './fake-phone';

/** What kit/uni-app says of a phone without asking anybody else. */

const { describePhone } = jest.requireActual<{ describePhone: () => Record<string, string | null> }>(
  '../../kit/uni-app/phone',
);

let phone: FakePhone;
beforeEach(() => {
  phone = createFakePhone('cid-1');
});

describe('a phone', () => {
  test.each([
    ['authorized', 'allowed'],
    ['denied', 'denied'],
    ['not determined', 'unknown'],
    ['config error', 'unknown'],
  ] as const)('whose system says "%s" of notifications says %s', (permission, said) => {
    phone.permission = permission;
    expect(describePhone()).toEqual({
      ...{ platform: 'android', appVersion: '1', brand: 'Redmi' },
      notifications: said,
    });
  });

  test('says its brand in the letters that Waybell takes', () => {
    phone.brand = 'ｖ某 Phone Maker/X';
    expect(describePhone()['brand']).toBe('PhoneMakerX');
    phone.brand = '';
    expect(describePhone()['brand']).toBeNull();
  });
});

test.each([
  ['/pages/order/order?id=7', ['/pages/index/index', '/pages/order/order?id=7']],
  ['//evil.example', ['/pages/index/index']],
  ['https://shop.example/7', ['/pages/index/index']],
])('a tap where the app names no page opens the link, if it is a page: %s', async (link, pages) => {
  const waybell = createWaybell({ url: 'http://127.0.0.1:9', session: () => null, log: () => undefined });
  await waybell.start();
  phone.pages = ['/pages/index/index'];
  phone.tap({ payload: { notificationId: 'm-1', link } });
  expect(phone.pages).toEqual(pages);
  waybell.stop();
});
