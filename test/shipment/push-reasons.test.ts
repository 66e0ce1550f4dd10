import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { explainNotification, type NotificationFacts } from '../../src/shipment/explain-notification';
import { HOLD_CAUSES } from '../../src/shipment/device';
import {
  explainPush,
  explainReason,
  type PhoneFacts,
  type PushConditions,
  type PushFacts,
  UNKNOWN_PHONE,
} from '../../src/shipment/explain-push';
import { explainMakerCode, MAKER_CODES, makerOfBrand } from '../../src/shipment/maker-codes';
import { PUSH_REASONS } from '../../src/shipment/push-reasons';
import { SEND_STATUSES } from '../../src/shipment/delivery';

const SRC = path.join(__dirname, '../../src');
const PLACES = ['push', 'activities', 'workflows', 'database'];
/** Where a file names a reason: a row of a table, the end of a push, or an answer written out. */
const NAMINGS = [
  /\b(?:accepted|retry|retryAmbiguous|retryUnclear|deactivate|fail)\(\s*'(\w+)'/g,
  /\bend\(\s*'\w+',\s*'(\w+)'/g,
  /\breason: '(\w+)'/g,
  /\bretireDevices\(\s*db,\s*'(\w+)'/g,
  /DEACTIVATION_HELD = '(\w+)'/g,
];
/** What a receipt says of a push that has arrived, and a provider that was only asked whether it knows our keys. */
const NONE = ['receipt', 'credentials_taken'];

const files = PLACES.flatMap((place) =>
  readdirSync(path.join(SRC, place), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(SRC, place, file), 'utf8')),
);
const named = new Set(
  files.flatMap((text) =>
    NAMINGS.flatMap((naming) => [...text.matchAll(naming)].map(([, word = '']) => word)),
  ),
);
const CJK = /\p{Script=Han}/u;

describe('every reason', () => {
  test('that a file names is explained, and no other', () => {
    const expected = [...named].filter((reason) => !NONE.includes(reason));
    expect(expected.length).toBeGreaterThan(40);
    const held = [...HOLD_CAUSES, 'until_healed', 'until_released'].map((word) => `held_${word}`);
    expect(Object.keys(PUSH_REASONS).sort()).toEqual([...new Set([...expected, ...held])].sort());
  });

  test.each(Object.entries(PUSH_REASONS))('%s is told in both languages, as sentences', (_, { en, zh }) => {
    expect(en).toMatch(/^[A-Z].*\.$/);
    expect(zh).toMatch(/。$/);
    expect(CJK.test(zh)).toBe(true);
    expect(CJK.test(en)).toBe(false);
  });
});

const PUSH: PushFacts = {
  state: 'accepted',
  code: 'online',
  words: 'successed_online',
  delivered_at: null,
  loss_reason: null,
  loss_words: null,
  shown_at: null,
  clicked_at: null,
};
const FREE: PushConditions = { held: null, phone: UNKNOWN_PHONE };
const phone = (facts: Partial<PhoneFacts>) => ({ phone: { ...UNKNOWN_PHONE, ...facts } });
const held = (cause: string, isProbed = true) => ({ held: { cause, isProbed } });
const now = new Date();

describe('a push', () => {
  test.each<[string, Partial<PushFacts>, Partial<PushConditions>, RegExp]>([
    ['that was opened', { shown_at: now, clicked_at: now }, {}, /^A person opened it/],
    ['that was shown', { shown_at: now, loss_reason: 'vendor_quota' }, {}, /says that it showed it/],
    ['that was delivered', { delivered_at: now }, {}, /reached the phone.*app may have been open/],
    ['that was dropped', { loss_reason: 'notifications_off' }, {}, /never reached.*switched off/],
    ['for an open app', {}, {}, /not confirmed.*force_notification/],
    ['for a closed app', { code: 'offline_or_vendor' }, {}, /notifications are off/],
    ['that waits', { state: 'retry', code: 'provider_5xx' }, {}, /tried again by itself/],
    ['that is held for our keys', { state: 'retry', code: 'timeout' }, held('credential'), /keys.*probe/],
    ['that is held for the quota', { state: 'retry' }, held('quota'), /quota of the day.*probe/],
    ['that is held by hand', { state: 'retry' }, held('project', false), /function.*says waybell providers/],
    ['under way', { state: 'claimed', code: null }, {}, /being sent/],
    ['to an app that was removed', { state: 'deactivated', code: 'unregistered' }, {}, /removed/],
    ['without quota', { state: 'failed', code: 'daily_quota' }, {}, /quota.*Retry tomorrow/],
    ['that came too late', { state: 'superseded', code: 'newer_status' }, {}, /newer status/],
    [
      'to a phone of who has left',
      { state: 'moved', code: 'not_a_member' },
      {},
      /does not belong to the merchant/,
    ],
    ['to a phone of somebody else', { state: 'moved', code: 'not_the_owner' }, {}, /another account/],
    [
      'to a retired phone',
      { state: 'moved', code: 'not_the_owner' },
      phone({ inactiveReason: 'silent' }),
      /heard of/,
    ],
    ['to a phone that shows nothing', {}, phone({ notifications: 'denied' }), /switched off on this phone/],
    ['to a phone that shows them', {}, phone({ notifications: 'allowed' }), /switched on for it/],
    [
      'that arrived at a phone that shows nothing',
      { delivered_at: now },
      phone({ notifications: 'denied' }),
      /reached the phone.*switched off/,
    ],
    [
      'that its maker refused in a code of its own',
      { loss_reason: 'provider_5xx', loss_words: '500 oppo: code 54 private_msg_template_id is null' },
      phone({ brand: 'OnePlus' }),
      /OPPO: the template is missing/,
    ],
    [
      'that some maker refused in a code that no other has',
      { loss_reason: 'provider_5xx', loss_words: '500 27001' },
      {},
      /Xiaomi: the channel/,
    ],
    [
      'to a phone whose maker was told no class',
      { code: 'offline_or_vendor' },
      { told: { maker: 'oppo', lacks: ['category', 'template'] } },
      /OPPO takes it for advertising, since MESSAGE_CLASSES.oppo lacks category and template/,
    ],
    [
      'to a running app, whatever its maker was told',
      {},
      { told: { maker: 'oppo', lacks: ['category'] } },
      /^(?!.*MESSAGE_CLASSES)/,
    ],
    [
      'to a phone whose maker was told a class',
      { code: 'offline_or_vendor' },
      { told: { maker: 'vivo', lacks: [] } },
      /^(?!.*MESSAGE_CLASSES)/,
    ],
    ['of an unknown reason', { state: 'failed', code: 'constructor' }, {}, /no explanation.*words/],
  ])('%s is explained', (_, push, conditions, words) => {
    const { en, zh } = explainPush({ ...PUSH, ...push }, { ...FREE, ...conditions });
    expect(en).toMatch(words);
    expect(CJK.test(zh)).toBe(true);
  });

  test.each<[string, Partial<PushFacts>, RegExp, RegExp]>([
    ['notifications are off', { loss_reason: 'notifications_off' }, /switch them on/, /手机设置中打开/],
    ['the app is open', { code: 'online' }, /passes force_notification/, /传递了 force_notification/],
    ['its content is empty', { loss_reason: 'content_refused' }, /content empty/, /内容为空/],
    ['the vendor has a quota', { loss_reason: 'vendor_quota' }, /class of parcel messages/, /物流类消息/],
    ['the provider has one', { state: 'failed', code: 'daily_quota' }, /Retry tomorrow/, /明天重试/],
    ['the app is gone', { state: 'deactivated', code: 'invalid_cid' }, /register its new cid/, /重新注册/],
    ['the provider is down', { state: 'retry', code: 'not_connected' }, /network, DNS/, /网络、DNS/],
    ['it was down for too long', { state: 'failed', code: 'gave_up' }, /Retry once/, /恢复后请重试/],
  ])('of which nothing is seen because %s tells what to do, in both languages', (_, push, inEn, inZh) => {
    const { en, zh } = explainPush({ ...PUSH, ...push }, FREE);
    expect(en).toMatch(inEn);
    expect(zh).toMatch(inZh);
  });

  test('has one explanation per reason', () => {
    const all = Object.keys(PUSH_REASONS).map((reason) => explainReason(reason).en);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the code of a maker', () => {
  test.each(MAKER_CODES)('$maker $code is told in both languages', ({ maker, code, en, zh }) => {
    expect(explainMakerCode(`500 (${code})`, maker)).toEqual({ en, zh });
    expect(en).toMatch(/\.$/);
    expect(CJK.test(en)).toBe(false);
    expect(zh).toMatch(/。$/);
  });

  test('that is short means nothing without the maker, nor as a part of another number', () => {
    expect(explainMakerCode('code 54', null)).toBeUndefined();
    expect(explainMakerCode('code 54', 'vivo')).toBeUndefined();
    expect(explainMakerCode('code 1.54 and 540', 'OPPO')).toBeUndefined();
    expect(makerOfBrand('Redmi')).toBe('xiaomi');
    expect(makerOfBrand('Apple')).toBeUndefined();
  });
});

describe('a notification', () => {
  const facts: NotificationFacts = {
    sendStatus: 'success',
    tooLate: false,
    lastError: null,
    everHadDevice: true,
    waitsUntil: null,
    accepted: 2,
    shown: 0,
    waiting: 0,
    held: 0,
  };
  test.each<[string, Partial<NotificationFacts>, RegExp]>([
    ['that came too late', { sendStatus: 'superseded', tooLate: true }, /too old to be told/],
    ['that was shown', { shown: 1 }, /^1 of 2 devices/],
    ['that was accepted only', {}, /no phone has confirmed/],
    ['that failed for some', { sendStatus: 'partial' }, /Other devices failed/],
    [
      'that failed',
      { sendStatus: 'failed', waitsUntil: now },
      /No device was reached.*waits for that until 2/,
    ],
    ['without any phone', { sendStatus: 'no-targets', everHadDevice: false }, /never registered/],
    ['with retired phones', { sendStatus: 'no-targets' }, /retired/],
    ['that is held', { sendStatus: 'sending', held: 3 }, /^3 pushes held/],
    ['that is tried again', { sendStatus: 'sending', waiting: 3 }, /^3 pushes under way/],
    ['that was superseded', { sendStatus: 'superseded' }, /newer status/],
    ['of another system', { sendStatus: 'pending' }, /another system/],
  ])('%s is explained', (_, change, words) => {
    const { en, zh } = explainNotification({ ...facts, ...change });
    expect(en).toMatch(words);
    expect(CJK.test(zh)).toBe(true);
  });

  test('is explained in each of its states', () => {
    const none = { ...facts, accepted: 0 };
    const all = SEND_STATUSES.map((sendStatus) => explainNotification({ ...none, sendStatus }).en);
    expect(new Set(all).size).toBe(SEND_STATUSES.length);
  });
});
