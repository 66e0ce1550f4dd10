import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { createWaybell, type Options, type Session, type Waybell } from '../../kit/uni-app/waybell';
import { unique, useApiLab } from '../api/api-lab';
import { use } from '../setup/use';
import { createFakePhone, type FakePhone, type Reply } from './fake-phone';
import { JWT_SECRET, personOf, SETTINGS, useShopDatabase } from './shop';
import { until } from './until';

/** kit/uni-app/waybell.js on a phone that answers as uni-app is documented, against the real API. */

const APP = '__UNI__SHOP';
const RECEIPT = { appid: APP, event: 'shown' };
const REGISTERED = { state: 'registered' };

const lab = useApiLab();
const api = use(() => lab.serve(SETTINGS));
const { deviceOf, pushTo, seen } = useShopDatabase(lab);

let phone: FakePhone;
let session: Session | null;
let lines: string[];
let running: Waybell | undefined;

beforeEach(() => {
  phone = createFakePhone(unique());
  session = personOf(`u-${unique()}`);
  lines = [];
});
afterEach(() => running?.stop());

/** The app of the shop, as docs/phones.md has it. */
function launch(more: Partial<Options> = {}): Waybell {
  running?.stop();
  phone.kill();
  running = createWaybell({
    url: api.url,
    appid: APP,
    session: () => session,
    pageOf: ({ notificationId }) => `/pages/parcels/parcels?message=${notificationId}`,
    retryDelaysMs: [1, 1, 1],
    log: (line) => lines.push(line),
    ...more,
  });
  return running;
}

const pushed = () => pushTo(phone.cid);
const asked = (path: string): number => phone.requests.filter((request) => request.path === path).length;

describe('a registration', () => {
  test('at launch names both roles of the person, and the installation, which stays', async () => {
    session = personOf(`u-${unique()}`, 'm-7');
    expect(await launch().start()).toEqual(REGISTERED);
    const device = await deviceOf(phone.cid);
    expect(device).toMatchObject({
      appid: APP,
      user_id: session.userId,
      merchant_id: 'm-7',
      ...{ platform: 'android', brand: 'Redmi', notifications: 'allowed' },
      provider: 'unicloud',
      installation_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      is_active: true,
    });
    expect(await launch().start()).toEqual(REGISTERED);
    expect((await deviceOf(phone.cid))?.['installation_id']).toBe(device?.['installation_id']);
  });

  test('is sent at every launch, and when the app is shown only where there is need', async () => {
    const waybell = launch();
    await waybell.start();
    for (let shown = 0; shown < 3; shown += 1) expect(await waybell.register()).toEqual(REGISTERED);
    expect(asked('register')).toBe(1);
    await launch().start();
    expect(asked('register')).toBe(2);
    const known = phone.storage.get('waybell.registration') as { at: number };
    phone.storage.set('waybell.registration', { ...known, at: known.at - 86_400_000 });
    await running?.register();
    expect(asked('register')).toBe(3);
  });

  test('says a role more as soon as the person has it, and never a role less by silence', async () => {
    const waybell = launch();
    await waybell.start();
    session = personOf(String(session?.userId), 'm-8');
    await waybell.register();
    expect(await deviceOf(phone.cid)).toMatchObject({ user_id: session.userId, merchant_id: 'm-8' });
    await waybell.register();
    expect(phone.requests.map(({ body }) => [body['user_id'], body['merchant_id']])).toEqual([
      [session.userId, undefined],
      [session.userId, 'm-8'],
    ]);
    session = { ...session, merchantId: undefined };
    expect(await waybell.register().then(() => deviceOf(phone.cid))).toMatchObject({ merchant_id: null });
  });

  test('moves the phone to the person who signs in after another', async () => {
    const waybell = launch();
    await waybell.start();
    session = personOf(`u-${unique()}`);
    await waybell.register();
    expect(await deviceOf(phone.cid)).toMatchObject({ user_id: session.userId });
  });

  test('follows a new client id, and the old one is retired', async () => {
    const waybell = launch();
    await waybell.start();
    const before = phone.cid;
    phone.cid = unique();
    await waybell.register();
    expect(await deviceOf(phone.cid)).toMatchObject({ is_active: true });
    expect(await deviceOf(before)).toMatchObject({ is_active: false, inactive_reason: 'reinstalled' });
  });

  test('with a token that has expired is tried once more with a fresh one', async () => {
    const expired = jwt.sign({ sub: 'u', aud: 'authenticated', role: 'authenticated', exp: 1 }, JWT_SECRET);
    const asks: boolean[] = [];
    const waybell = launch({
      session: ({ expired: again }) => {
        asks.push(again);
        return again ? session : { ...session, accessToken: expired };
      },
    });
    expect(await waybell.start()).toEqual(REGISTERED);
    expect(asks.filter(Boolean)).toHaveLength(1);
    const never = launch({ session: () => ({ ...session, accessToken: expired }) });
    expect(await never.start()).toMatchObject({ state: 'failed', code: 'jwt-invalid', retried: true });
    expect(asked('register')).toBe(4);
  });

  test.each<[string, Partial<Reply>[]]>([
    ['a server that is busy', [{ statusCode: 503 }, { statusCode: 502, data: '<html>' }]],
    ['a rate', [{ statusCode: 429, header: { 'Retry-After': '0' } }]],
    ['a time-out', [{ statusCode: 408 }]],
  ])('goes on after %s', async (_, replies) => {
    phone.replies = [...replies];
    expect(await launch().start()).toEqual(REGISTERED);
    expect(asked('register')).toBe(replies.length + 1);
  });

  test('is given up after a few tries, and made when the network is back', async () => {
    phone.online = false;
    expect(await launch().start()).toEqual({
      state: 'failed',
      code: 'network',
      words: 'request:fail abort statusCode:-1',
      retried: true,
    });
    expect(asked('register')).toBe(4);
    expect(lines).toEqual(['network: request:fail abort statusCode:-1']);
    phone.setOnline(true);
    await until(async () => (await deviceOf(phone.cid)) !== undefined);
  });

  test('is not tried again at once where the server asks for a long rest, or refuses for good', async () => {
    phone.replies = [{ statusCode: 429, header: { 'retry-after': '3600' } }];
    expect(await launch().start()).toMatchObject({ state: 'failed', code: 'http-429', retried: true });
    session = { ...session, userId: 'somebody-else' };
    expect(await running?.register()).toMatchObject({
      state: 'failed',
      code: 'not-your-device',
      retried: false,
    });
    expect(asked('register')).toBe(2);
  });

  test('waits for a client id that comes late, and says what the manifest lacks', async () => {
    phone.cidErrors = ['register fail: {"errorCode":1,"errorMsg":""}', 'register fail'];
    expect(await launch().start()).toEqual(REGISTERED);
    phone.cidErrors = ['uniPush is not enabled', 'not asked for'];
    expect(await launch().start()).toMatchObject({ state: 'failed', code: 'no-client-id', retried: false });
    expect(phone.cidErrors).toHaveLength(1);
  });

  test('survives an app whose session fails', async () => {
    const session = () => Promise.reject(new Error('storage is locked'));
    expect(await launch({ session }).start()).toMatchObject({ state: 'failed', code: 'app', retried: true });
    expect(lines).toEqual(['app: storage is locked']);
  });
});

describe('a log-out', () => {
  test('retires the phone, with the session that ends a moment later', async () => {
    const waybell = launch();
    await waybell.start();
    const leaving = waybell.unregister();
    session = null;
    expect(await leaving).toEqual({ state: 'signed-out' });
    expect(await deviceOf(phone.cid)).toMatchObject({ is_active: false, inactive_reason: 'unregistered' });
    expect(await waybell.register()).toEqual({ state: 'signed-out' });
  });

  test('is not undone by an app that is shown before its session has ended', async () => {
    const waybell = launch();
    await waybell.start();
    await waybell.unregister();
    expect(await waybell.register()).toEqual({ state: 'signed-out' });
    expect(await deviceOf(phone.cid)).toMatchObject({ is_active: false });
  });

  test('holds while a registration is under way', async () => {
    const waybell = launch();
    const [arriving, leaving] = [waybell.start(), waybell.unregister()];
    session = null;
    await Promise.all([arriving, leaving]);
    expect((await deviceOf(phone.cid))?.['is_active'] ?? false).toBe(false);
    session = personOf(`u-${unique()}`);
    await waybell.register();
    const arrivingLate = waybell.register();
    await until(() => asked('register') > 0);
    const leavingLate = waybell.unregister();
    session = null;
    await Promise.all([arrivingLate, leavingLate]);
    expect(await deviceOf(phone.cid)).toMatchObject({ is_active: false });
  });

  test('without a network is said when it is back', async () => {
    const waybell = launch();
    await waybell.start();
    phone.online = false;
    const leaving = waybell.unregister();
    session = null;
    expect(await leaving).toMatchObject({ state: 'failed', code: 'network', retried: true });
    phone.setOnline(true);
    await until(async () => (await deviceOf(phone.cid))?.['is_active'] === false);
  });

  test('that could not be said takes nothing from the person who signed in since', async () => {
    const waybell = launch();
    await waybell.start();
    phone.online = false;
    await waybell.unregister();
    session = personOf(`u-${unique()}`);
    phone.replies = [{ statusCode: 503 }, { statusCode: 503 }, { statusCode: 503 }, { statusCode: 503 }];
    phone.online = true;
    expect(await waybell.register()).toEqual(REGISTERED);
    await waybell.register();
    expect(await deviceOf(phone.cid)).toMatchObject({ is_active: true, user_id: session.userId });
  });
});

describe('a tap', () => {
  test.each<[string, (payload: object) => unknown]>([
    ['Android, payload as an object', (payload) => ({ title: 'A', content: 'B', payload, __UUID__: 'x' })],
    ['Android, payload as text', (payload) => ({ title: 'A', payload: JSON.stringify(payload) })],
    ['iOS, the payload alone', (payload) => payload],
    ['all of it as text', (payload) => JSON.stringify({ aps: { alert: 'A' }, payload })],
  ])('on a dead app opens the page of the shop, and says so: %s', async (_, dataOf) => {
    await launch().start();
    const messageId = await pushed();
    const waybell = launch();
    const started = waybell.start();
    phone.tap(dataOf({ notificationId: messageId }));
    await started;
    expect(phone.pages).toEqual([]);
    phone.pages = ['/pages/index/index'];
    await until(() => phone.pages.length === 2);
    expect(phone.pages[1]).toBe(`/pages/parcels/parcels?message=${messageId}`);
    await until(async () => (await seen(messageId)) === 'clicked');
    expect(asked('receipts')).toBe(1);
  });

  test('goes to the page of a tab, and makes room on a full stack', async () => {
    phone.tabs = ['/pages/parcels/parcels'];
    await launch().start();
    phone.pages = ['/pages/index/index'];
    phone.tap({ payload: { notificationId: await pushed() } });
    expect(phone.pages[1]).toBe('/pages/parcels/parcels');
    phone.tabs = [];
    phone.pages = Array<string>(10).fill('/pages/index/index');
    phone.tap({ payload: { notificationId: 'n' } });
    expect(phone.pages).toEqual(['/pages/parcels/parcels?message=n']);
  });

  test('before anybody is signed in is said afterwards', async () => {
    await launch().start();
    const [person, messageId] = [session, await pushed()];
    session = null;
    phone.storage.delete('waybell.registration');
    const waybell = launch();
    expect(await waybell.start()).toEqual({ state: 'signed-out' });
    phone.tap({ payload: { notificationId: messageId } });
    session = person;
    await waybell.register();
    await until(async () => (await seen(messageId)) === 'clicked');
  });

  test.each<[string, unknown]>([
    ['of another sender', { title: 'A', payload: { order: 7 } }],
    ['without a payload', { title: 'A' }],
    ['of text', 'hello'],
    ['of nothing', null],
  ])('on a message %s is left to the app', async (_, data) => {
    await launch().start();
    phone.pages = ['/pages/index/index'];
    phone.tap(data);
    phone.receive({ ...(data as object) });
    expect(phone.pages).toHaveLength(1);
    expect(phone.bar).toEqual([]);
    expect(asked('receipts')).toBe(0);
  });
});

describe('what was shown', () => {
  const message = (notificationId: string) => ({ title: 'A', content: 'B', payload: { notificationId } });

  test('is said where this file itself has put the message on the screen', async () => {
    await launch().start();
    const messageId = await pushed();
    phone.receive(message(messageId));
    expect(phone.bar).toEqual([message(messageId)]);
    await until(async () => (await seen(messageId)) === 'shown');
  });

  test('is not claimed where uni-push does it, or the app', async () => {
    await launch().start();
    const messageId = await pushed();
    phone.receive({ ...message(messageId), force_notification: true });
    expect(phone.bar).toHaveLength(1);
    const waybell = launch({ draws: false });
    await waybell.start();
    phone.receive(message(messageId));
    expect(phone.bar).toHaveLength(1);
    expect([asked('receipts'), await seen(messageId)]).toEqual([0, 'nothing']);
    await waybell.report(messageId, 'shown');
    expect(await seen(messageId)).toBe('shown');
  });

  test('is kept while there is no network, over a launch, and said once', async () => {
    const waybell = launch();
    await waybell.start();
    const messages = [await pushed(), await pushed()];
    phone.online = false;
    for (const messageId of [...messages, ...messages]) await waybell.report(messageId, 'shown');
    expect(await Promise.all(messages.map(seen))).toEqual(['nothing', 'nothing']);
    phone.online = true;
    phone.requests.length = 0;
    await launch().start();
    await until(async () => (await seen(messages[1] as string)) === 'shown');
    expect(await seen(messages[0] as string)).toBe('shown');
    expect(asked('receipts')).toBe(2);
    await until(() => (phone.storage.get('waybell.receipts') as unknown[]).length === 0);
  });

  test('of a message that Waybell does not know is dropped, and the next one is said', async () => {
    const waybell = launch();
    await waybell.start();
    const messageId = await pushed();
    await Promise.all([waybell.report('m:unknown', 'shown'), waybell.report(messageId, 'clicked')]);
    expect(await seen(messageId)).toBe('clicked');
    expect(lines).toEqual([expect.stringContaining('push-unknown')]);
    expect(phone.storage.get('waybell.receipts')).toEqual([]);
  });

  test('never fills the phone', async () => {
    const waybell = launch({ retryDelaysMs: [] });
    await waybell.start();
    phone.online = false;
    for (let index = 0; index < 60; index += 1) await waybell.report(`m:${index}`, 'shown');
    const kept = phone.storage.get('waybell.receipts') as { message_id: string; at: string }[];
    expect([kept.length, kept[49]?.message_id]).toEqual([50, 'm:59']);
    const old = new Date(Date.now() - 8 * 86_400_000).toISOString();
    phone.storage.set(
      'waybell.receipts',
      kept.map((receipt) => ({ ...receipt, at: old })),
    );
    phone.requests.length = 0;
    phone.online = true;
    await waybell.report('m:new', 'shown');
    expect(asked('receipts')).toBe(1);
  });

  test('is said once where the storage keeps what it is told to forget', async () => {
    const waybell = launch();
    await waybell.start();
    const messageId = await pushed();
    phone.isFull = true;
    phone.storage.set('waybell.receipts', [
      { message_id: messageId, ...RECEIPT, cid: phone.cid, at: new Date() },
    ]);
    await waybell.report('m:lost', 'shown');
    expect([asked('receipts'), await seen(messageId)]).toEqual([1, 'shown']);
  });
});

describe('a platform without a phone', () => {
  test.each([
    ['web', 'Web Push'],
    ['mp-weixin', 'subscription messages'],
    ['quickapp-webview', 'subscription messages'],
  ])('%s is told what there is instead, and asks for nothing', async (platform, words) => {
    phone.platform = platform;
    const waybell = launch();
    expect(await waybell.start()).toEqual({ state: 'no-device', words: expect.stringContaining(words) });
    await waybell.report('m:1', 'shown');
    expect(await waybell.unregister()).toEqual({ state: 'signed-out' });
    expect(phone.requests).toEqual([]);
    expect(lines).toEqual([expect.stringContaining(words)]);
  });
});
