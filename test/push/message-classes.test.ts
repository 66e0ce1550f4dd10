import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig, SettingsError } from '../../src/config/config';
import { apnsRequest } from '../../src/push/apns/request';
import type { MessageClasses } from '../../src/push/classes/message-classes';
import { silentMakers } from '../../src/push/classes/silent-makers';
import { fcmRequest } from '../../src/push/fcm/request';
import { getuiRequest } from '../../src/push/getui/request';
import type { PushMessage } from '../../src/push/provider';
import { mapFields } from '../../src/push/unicloud/field-mapping';
import { uniCloudRequest } from '../../src/push/unicloud/request';
import { ACCEPTANCE, openStage, PROVIDER_NAMES } from './provider-stage';
import recorded from './recorded-requests.json';
import { browser, browserAuth, sampleMessage } from './sample-message';
import { decrypt } from './webpush/decrypt';

const HOUR = 3_600_000;

const classesOf = (classes: object): MessageClasses =>
  loadConfig({ MESSAGE_CLASSES: JSON.stringify(classes) }).push.MESSAGE_CLASSES ?? {};

const problemsOf = (classes: object): string => {
  try {
    classesOf(classes);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.join('\n');
    throw error;
  }
  return '';
};

interface GetuiBody {
  readonly push_channel: {
    readonly android: { readonly ups: { readonly notification: object; readonly options: object } };
    readonly ios: { readonly aps: object };
    readonly harmony: { readonly notification: object };
  };
}
const getui = (classes: object, changes: Partial<PushMessage> = {}): GetuiBody['push_channel'] => {
  const message = { ...sampleMessage, ...changes };
  return (getuiRequest(message, { classes: classesOf(classes) }).body as GetuiBody).push_channel;
};
const getuiOptions = (classes: object, changes?: Partial<PushMessage>): object =>
  getui(classes, changes).android.ups.options;
const unicloud = (classes: object, changes: Partial<PushMessage> = {}) =>
  uniCloudRequest({ ...sampleMessage, ...changes }, classesOf(classes));

const DEFAULTS = { HW: { '/message/android/category': 'EXPRESS' }, VV: { '/category': 'ORDER' } };

describe.each(PROVIDER_NAMES)('without a class and a link a request of %s', (name) => {
  test('is what it was before there were any, byte for byte', async () => {
    const stage = await openStage({ name, answer: ACCEPTANCE[name] });
    await stage.push();
    const long = { title: '快递'.repeat(45), content: '快递'.repeat(300) };
    await stage.push({ ...long, timeToLiveMs: 999 * HOUR, requestId: 'fedcba9876543210fedcba9876543210' });
    const bodies = stage.pushes.map(({ body }) =>
      name === 'webpush' ? decrypt(body, browser, browserAuth) : String(body),
    );
    await stage.close();
    // A time of this moment.
    expect(bodies.map((body) => body.replace(/("apns-expiration":")\d+/, '$1LATER'))).toEqual(recorded[name]);
  });
});

describe('what the shop says to a maker leaves in its place and type', () => {
  const XIAOMI = {
    channel: '155827',
    template: 'P12395',
    parameters: { keyword1: 'status', keyword2: 'last_four', keyword3: 'shop' },
  };
  const filled = '{"keyword1":"快递已签收","keyword2":"0007","keyword3":"商家"}';

  test.each<[string, object, object]>([
    [
      'HW',
      { huawei: { importance: 'NORMAL', channel: 'parcels' } },
      {
        ...DEFAULTS,
        HW: {
          ...DEFAULTS.HW,
          '/message/android/notification/importance': 'NORMAL',
          '/message/android/notification/channel_id': 'parcels',
        },
      },
    ],
    ['HW', { huawei: { category: 'IM' } }, { ...DEFAULTS, HW: { '/message/android/category': 'IM' } }],
    ['HW', { huawei: { category: null }, vivo: { category: null } }, {}],
    [
      'HO',
      { honor: { importance: 'NORMAL' } },
      { ...DEFAULTS, HO: { '/android/notification/importance': 'NORMAL' } },
    ],
    [
      'XM',
      { xiaomi: XIAOMI },
      {
        ...DEFAULTS,
        XM: {
          '/extra.channel_id': '155827',
          '/extra.template_id': 'P12395',
          '/extra.template_param': filled,
        },
      },
    ],
    [
      'OP',
      {
        oppo: {
          ...{ channel: 'parcels', category: 'ORDER', notifyLevel: 2, template: '17' },
          ...{ titleParameters: { a: 'status' }, contentParameters: { b: 'last_four' } },
        },
      },
      {
        ...DEFAULTS,
        OP: {
          '/channel_id': 'parcels',
          '/category': 'ORDER',
          '/notify_level': 2,
          '/private_msg_template_id': '17',
          '/private_title_parameters': '{"a":"快递已签收"}',
          '/private_content_parameters': '{"b":"0007"}',
        },
      },
    ],
    [
      'VV',
      { vivo: { category: 'ORDER', classification: 1 } },
      { ...DEFAULTS, VV: { '/category': 'ORDER', '/classification': 1 } },
    ],
    ['MZ', { meizu: { noticeMsgType: 1 } }, { ...DEFAULTS, MZ: { '/noticeBarInfo/noticeMsgType': 1 } }],
  ])('of GeTui: %s %j', (_, classes, options) => {
    expect(getuiOptions(classes)).toEqual(options);
  });

  test.each<[object, object, object | undefined]>([
    [{}, { harmony: 'EXPRESS', huawei: 'EXPRESS', vivo: 'ORDER' }, undefined],
    [
      { harmony: { category: 'SOCIAL' }, huawei: { category: null }, vivo: { category: 'IM' } },
      { harmony: 'SOCIAL', vivo: 'IM' },
      undefined,
    ],
    [
      { huawei: { category: 'IM', importance: 'LOW' }, vivo: { category: 'IM', classification: 0 } },
      { harmony: 'EXPRESS', huawei: 'IM', vivo: 'IM' },
      {
        android: {
          HW: { '/message/android/notification/importance': 'LOW' },
          VV: { '/classification': 0 },
        },
      },
    ],
    [
      { xiaomi: XIAOMI, honor: { importance: 'NORMAL' } },
      { harmony: 'EXPRESS', huawei: 'EXPRESS', vivo: 'ORDER' },
      {
        android: {
          HO: { '/android/notification/importance': 'NORMAL' },
          XM: {
            '/extra.channel_id': '155827',
            '/extra.template_id': 'P12395',
            '/extra.template_param': filled,
          },
        },
      },
    ],
    [
      { apns: { interruptionLevel: 'time-sensitive' } },
      { harmony: 'EXPRESS', huawei: 'EXPRESS', vivo: 'ORDER' },
      {
        ios: {
          aps: {
            alert: { title: '快递已签收', body: '包裹已送达' },
            sound: 'default',
            'interruption-level': 'time-sensitive',
          },
        },
      },
    ],
  ])('of uni-push: %j', (classes, category, options) => {
    expect(unicloud(classes)).toMatchObject({ category });
    expect(unicloud(classes).options).toEqual(options);
  });

  test('of HarmonyOS and Apple by GeTui', () => {
    const sent = getui({ harmony: { category: 'SOCIAL' }, apns: { interruptionLevel: 'passive' } });
    expect(sent.harmony.notification).toMatchObject({ category: 'SOCIAL' });
    expect(sent.ios.aps).toMatchObject({ 'interruption-level': 'passive', sound: 'default' });
  });

  test('of FCM: a channel of Android, and the level of Apple', () => {
    const classes = classesOf({ fcm: { channel: 'parcels' }, apns: { relevanceScore: 0.5 } });
    expect(fcmRequest(sampleMessage, 0, classes)).toMatchObject({
      message: {
        android: { notification: { channel_id: 'parcels', tag: expect.any(String) } },
        apns: { payload: { aps: { sound: 'default', 'relevance-score': 0.5 } } },
      },
    });
  });

  test('of APNs', () => {
    const classes = classesOf({ apns: { interruptionLevel: 'time-sensitive', relevanceScore: 1 } });
    const { body } = apnsRequest(sampleMessage, { topic: 'com.example.shop', classes }, 0);
    expect(JSON.parse(body)).toMatchObject({
      aps: { sound: 'default', 'interruption-level': 'time-sensitive', 'relevance-score': 1 },
    });
  });

  test('for one status in other words than for the others', () => {
    const classes = {
      honor: { importance: 'LOW', statuses: { out_for_delivery: { importance: 'NORMAL' } } },
    };
    const honorOf = (status: 'out_for_delivery' | 'delivered' | null) =>
      getuiOptions(classes, { parcel: { ...sampleMessage.parcel, status } });
    expect(honorOf('delivered')).toMatchObject({ HO: { '/android/notification/importance': 'LOW' } });
    expect(honorOf(null)).toMatchObject({ HO: { '/android/notification/importance': 'LOW' } });
    expect(honorOf('out_for_delivery')).toMatchObject({
      HO: { '/android/notification/importance': 'NORMAL' },
    });
  });

  test('for one app in the place of what it says for all', () => {
    const classes = {
      xiaomi: { channel: '1', template: 'P1' },
      honor: { importance: 'NORMAL' },
      apps: { merchant: { xiaomi: { channel: '2' } } },
    };
    expect(getuiOptions(classes, { appid: 'merchant' })).toMatchObject({
      XM: { '/extra.channel_id': '2' },
      HO: { '/android/notification/importance': 'NORMAL' },
    });
    expect(getuiOptions(classes, { appid: 'merchant' })).not.toHaveProperty(['XM', '/extra.template_id']);
    expect(getuiOptions(classes, { appid: 'constructor' })).toMatchObject({
      XM: { '/extra.channel_id': '1' },
    });
  });

  test('as a field of a function that expects other names', () => {
    const fields = { c: 'push_clientid', t: 'title', w: 'content', o: 'options', l: 'link' } as const;
    const request = unicloud({ xiaomi: { channel: '1' } });
    expect(mapFields(request, { fields, fixed: {} })).toEqual({
      ...{ c: 'our-cid', t: '快递已签收', w: '包裹已送达' },
      o: { android: { XM: { '/extra.channel_id': '1' } } },
    });
  });
});

test('a template never gets what a maker refuses: symbols, nothing, more than 128 characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (status) => {
      const shown = { ...sampleMessage.parcel.shown, status };
      const options = getuiOptions(
        { xiaomi: { channel: '1', template: 'P1', parameters: { k: 'status' } } },
        { parcel: { ...sampleMessage.parcel, shown } },
      ) as { readonly XM: Readonly<Record<string, string>> };
      const { k } = JSON.parse(options.XM['/extra.template_param'] ?? '') as { readonly k: string };
      expect(k.trim()).not.toBe('');
      expect([...k].length).toBeLessThanOrEqual(128);
      expect(k).not.toMatch(/\p{So}/u);
    }),
  );
});

describe('a setting that no maker would take is refused, with its place', () => {
  test.each<[object, string]>([
    [{ xiomi: {} }, 'MESSAGE_CLASSES: unknown field "xiomi": did you mean "xiaomi"?'],
    [{ android: {} }, 'MESSAGE_CLASSES: unknown field "android": known are huawei, harmony, honor'],
    [{ xiaomi: { chanel: '1' } }, 'MESSAGE_CLASSES.xiaomi: unknown field "chanel": did you mean "channel"?'],
    [
      { oppo: { notifylevel: 2 } },
      'MESSAGE_CLASSES.oppo: unknown field "notifylevel": did you mean "notifyLevel"?',
    ],
    [
      { apps: { a: { hauwei: {} } } },
      'MESSAGE_CLASSES.apps.a: unknown field "hauwei": did you mean "huawei"?',
    ],
    [
      { honor: { statuses: { deliverd: {} } } },
      'MESSAGE_CLASSES.honor.statuses: unknown field "deliverd": did you mean "delivered"?',
    ],
    [{ honor: { importance: 'HIGH' } }, 'MESSAGE_CLASSES.honor.importance: must be LOW or NORMAL'],
    [{ oppo: { category: 'ORDER', notifyLevel: 3 } }, 'MESSAGE_CLASSES.oppo.notifyLevel: '],
    [{ vivo: { category: 'order' } }, 'MESSAGE_CLASSES.vivo.category: must be in capital letters'],
    [{ meizu: { noticeMsgType: '1' } }, 'MESSAGE_CLASSES.meizu.noticeMsgType: '],
    [{ harmony: { category: null } }, 'MESSAGE_CLASSES.harmony.category: '],
    [{ apns: { relevanceScore: 2 } }, 'MESSAGE_CLASSES.apns.relevanceScore: '],
    [{ xiaomi: { template: 'P1' } }, 'MESSAGE_CLASSES.xiaomi.template: needs channel beside it'],
    [
      { xiaomi: { channel: '1', parameters: { k: 'status' } } },
      'MESSAGE_CLASSES.xiaomi.parameters: needs template beside it',
    ],
    [
      { xiaomi: { channel: '1', template: 'P1', parameters: { k: 'name' } } },
      'MESSAGE_CLASSES.xiaomi.parameters.k: must be status, last_four or shop',
    ],
    [{ oppo: { notifyLevel: 2 } }, 'MESSAGE_CLASSES.oppo.notifyLevel: needs category beside it'],
    [
      { vivo: { category: 'ORDER', statuses: { delivered: { category: null, classification: 1 } } } },
      'MESSAGE_CLASSES.vivo.statuses.delivered.classification: needs category beside it',
    ],
  ])('%j', (classes, words) => {
    expect(problemsOf(classes)).toContain(words);
  });
});

describe('whose phones stay silent', () => {
  const silentOf = (classes: object, appid = 'default') =>
    silentMakers(classesOf(classes), appid).map(({ maker, lacks }) => [maker, ...lacks].join(' '));

  test('is known while nothing is set', () => {
    expect(silentOf({})).toEqual([
      'honor importance',
      'xiaomi channel template',
      'oppo category template',
      'meizu noticeMsgType',
    ]);
  });

  test('is nobody once every maker is told', () => {
    const all = {
      honor: { importance: 'NORMAL' },
      xiaomi: { channel: '1', template: 'P1' },
      oppo: { category: 'ORDER', template: '1' },
      meizu: { noticeMsgType: 1 },
    };
    expect(silentOf(all)).toEqual([]);
    const other = { ...all, vivo: { category: null }, apps: { merchant: { honor: { importance: 'LOW' } } } };
    expect(silentOf(other, 'merchant')).toEqual(['honor importance', 'vivo category']);
  });
});
