import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shapeMessage } from '../../src/activities/shape-message';
import { loadConfig, SettingsError } from '../../src/config/config';
import { apnsRequest } from '../../src/push/apns/request';
import { fcmRequest } from '../../src/push/fcm/request';
import { getuiRequest } from '../../src/push/getui/request';
import { PAYLOAD_BYTES, payloadOf } from '../../src/push/payload';
import { mapFields, type FieldMapping } from '../../src/push/unicloud/field-mapping';
import { uniCloudRequest } from '../../src/push/unicloud/request';
import { messageText } from '../../src/shipment/message-text';
import { ACCEPTANCE, openStage } from './provider-stage';
import { browser, browserAuth, sampleMessage } from './sample-message';
import { decrypt } from './webpush/decrypt';

const LINK = 'https://shop.example/orders/ORDER_20260206_0007';
const message = { ...sampleMessage, link: LINK };
const ID = 'w-1:1:delivered:1:user';
const PARCEL = {
  message_id: ID,
  status: 'delivered',
  last_four: '0007',
  order_id: 'ORDER_20260206_0007',
  link: LINK,
};
const WHOLE = { notificationId: ID, ...PARCEL };

describe('with a link, what a tap needs is', () => {
  test('an object in the payload of uni-push', () => {
    expect(uniCloudRequest(message).payload).toEqual(WHOLE);
  });

  test('fields of a function that expects other names', () => {
    const fields: FieldMapping['fields'] = {
      ...{ c: 'push_clientid', t: 'title', w: 'content' },
      ...{ alarm: 'notification_id', order: 'order_id', state: 'status', url: 'link' },
    };
    expect(mapFields(uniCloudRequest(message), { fields, fixed: {} })).toMatchObject({
      ...{ alarm: ID, order: 'ORDER_20260206_0007', state: 'delivered', url: LINK },
    });
  });

  test('the JSON in every channel of GeTui', () => {
    const texts = JSON.stringify(getuiRequest(message).body).match(/"payload":("(?:[^"\\]|\\.)*")/g) ?? [];
    expect(texts).toHaveLength(4);
    for (const text of texts) {
      const { payload } = JSON.parse(`{${text}}`) as { readonly payload: string };
      expect(JSON.parse(payload)).toEqual(WHOLE);
    }
  });

  test('the data of FCM, in which all is text, and for browsers the link once more', () => {
    const sent = fcmRequest(message, 0) as { message: { data: object; webpush: object } };
    expect(sent.message.data).toEqual(WHOLE);
    expect(sent.message.webpush).toMatchObject({ fcm_options: { link: LINK } });
    const page = fcmRequest({ ...message, link: '/pages/order' }, 0) as typeof sent;
    expect(page.message.webpush).not.toHaveProperty('fcm_options');
  });

  test('beside `aps` at Apple', () => {
    expect(JSON.parse(apnsRequest(message, { topic: 't' }, 0).body)).toEqual({
      aps: { alert: { title: '快递已签收', body: '包裹已送达' }, sound: 'default' },
      ...WHOLE,
    });
  });

  test('beside the text in a Web Push', async () => {
    const stage = await openStage({ name: 'webpush', answer: ACCEPTANCE.webpush });
    await stage.push({ link: LINK });
    const [push] = stage.pushes;
    const text = decrypt(push?.body ?? Buffer.alloc(0), browser, browserAuth);
    await stage.close();
    expect(JSON.parse(text)).toMatchObject({ ...WHOLE, title: '快递已签收', body: '包裹已送达' });
  });
});

test('what is too long leaves out the link first, then all but the id', () => {
  expect(payloadOf({ ...message, link: `/${'x'.repeat(700)}` })).toEqual({ ...WHOLE, link: undefined });
  const parcel = { ...message.parcel, orderId: '单'.repeat(300) };
  expect(payloadOf({ ...message, parcel })).toEqual({ notificationId: ID });
  expect(payloadOf({ ...message, parcel: { ...message.parcel, orderId: null, status: null } })).toEqual({
    ...{ notificationId: ID, message_id: ID, last_four: '0007', link: LINK },
  });
});

test('a fact that is not known is left out, and with it the link that needs it, but nothing else', () => {
  expect(payloadOf({ ...message, link: null })).toEqual({ ...WHOLE, link: undefined });
  const parcel = { ...message.parcel, status: null, lastFour: null, orderId: null };
  expect(payloadOf({ ...message, link: null, parcel })).toEqual({ notificationId: ID, message_id: ID });
});

test('a payload stays within the limit of uni-push whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 900 }), fc.string({ maxLength: 900 }), (link, orderId) => {
      const payload = payloadOf({ ...message, link, parcel: { ...message.parcel, orderId } });
      expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThanOrEqual(PAYLOAD_BYTES);
    }),
  );
});

const shapeOf = (settings: Record<string, string>) => loadConfig(settings).messageShape;
const { title, body } = messageText('zh', 'delivered', 'user', 'YT0001230007');
const claim = {
  ...{ title, body, content: null },
  ...{ status: 'delivered' as const, trackingNo: 'YT0001230007', orderId: 'A/7 ü' },
};
const shaped = (settings: Record<string, string>, changes: Partial<typeof claim> = {}) =>
  shapeMessage({ ...claim, ...changes }, 'm:1', shapeOf(settings));

describe('LINK_TEMPLATE', () => {
  test('is filled with what is known of the message, each as a part of a URL', () => {
    const template = 'https://shop.example/o/{order_id}?m={message_id}&s={status}&n={last_four}';
    expect(shaped({ LINK_TEMPLATE: template }).link).toBe(
      'https://shop.example/o/A%2F7%20%C3%BC?m=m%3A1&s=delivered&n=0007',
    );
    expect(shaped({}).link).toBeUndefined();
    const unknown = { ...claim, orderId: null };
    expect(shapeMessage(unknown, 'm:1', shapeOf({ LINK_TEMPLATE: template })).link).toBeNull();
  });

  test.each(['/pages/order?id={order_id}', 'https://shop.example/', 'myshop://order/{order_id}'])(
    'may be %s',
    (template) => {
      expect(shapeOf({ LINK_TEMPLATE: template }).linkTemplate).toBe(template);
    },
  );

  test.each([
    'javascript://alert(1)',
    'javascript:alert(1)',
    '/\\evil.example',
    'https://{order_id}.example/',
    'https://shop.example{order_id}',
    'https://user@{last_four}/',
    'https://',
    'data:text/html,x',
    '//evil.example',
    'http://shop.example',
    'intent://x',
    '/pages/order?id={order}',
    '/pages/order?number={tracking_no}',
    'pages/order',
    `/${'x'.repeat(300)}`,
  ])('is refused as %s', (template) => {
    expect(() => loadConfig({ LINK_TEMPLATE: template })).toThrow(SettingsError);
  });
});

describe('LOCK_SCREEN', () => {
  test('shows by default what has happened and four characters, and no name of the shop', () => {
    expect(shaped({})).toMatchObject({
      title: '快递已签收',
      content: '包裹已送达，感谢您的惠顾（尾号0007）',
      parcel: { shown: { status: '快递已签收', last_four: '0007', shop: '商家' } },
    });
  });

  test('shows the number to nobody with `status`, in whatever language it was written', () => {
    // The row may spell it otherwise than the scan did.
    for (const [language, number] of [
      ['zh', 'YT0001230007'],
      ['en', 'YT0001230007'],
      ['zh', 'yt00a7'],
      ['en', 'X'],
    ] as const) {
      const text = messageText(language, 'delivered', 'user', number);
      const { content, parcel } = shaped({ LOCK_SCREEN: 'status' }, { title: text.title, body: text.body });
      expect(content).not.toContain(number.slice(-4));
      expect(text.body.startsWith(content)).toBe(true);
      expect(parcel.shown).toEqual({ status: text.title, last_four: '****', shop: '商家' });
    }
  });

  test('says with `nothing` only that there is news, in the language of the shop', () => {
    expect(shaped({ LOCK_SCREEN: 'nothing', MESSAGE_LANGUAGE: 'en' })).toMatchObject({
      ...{ title: 'Parcel news', content: 'Open the app for details' },
      parcel: { shown: { status: 'Parcel news', last_four: '****', shop: 'Your shop' } },
    });
  });

  test('gives a template the name that the shop has chosen for it', () => {
    expect(shaped({ LOCK_SCREEN_SHOP_NAME: '小店' }).parcel.shown.shop).toBe('小店');
    expect(shaped({ LOCK_SCREEN_SHOP_NAME: '小店' }).content).not.toContain('小店');
  });
});
