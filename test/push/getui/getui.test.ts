import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { PushMessage } from '../../../src/push/provider';
import { getuiRequest } from '../../../src/push/getui/request';
import { createGetuiProvider } from '../../../src/push/getui/getui';
import { listen, type LocalServer } from '../local-server';
import { ACCEPTANCE, openStage, type Stage, type StageOptions } from '../provider-stage';
import { sampleMessage } from '../sample-message';

const HOUR = 3_600_000;

let stage: Stage;
const servers: LocalServer[] = [];
afterEach(async () => {
  await stage?.close().catch(() => undefined);
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const open = async (options: Partial<StageOptions> = {}): Promise<void> => {
  stage = await openStage({ name: 'getui', answer: ACCEPTANCE.getui, ...options });
};

const say =
  (body: object, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(JSON.stringify(body));

const bodyOf = (index = 0): unknown => JSON.parse(String(stage.pushes[index]?.body));

test('a push goes to one phone by all of its channels, and replaces an older one of its waybill', async () => {
  await open();
  expect(await stage.push()).toMatchObject({ class: 'accepted', reason: 'online', providerId: 'RASS_1' });
  const [push] = stage.pushes;
  expect(push).toMatchObject({ path: '/v2/app-1/push/single/cid', headers: { token: 't-1' } });
  const text = { title: '快递已签收', body: '包裹已送达' };
  const payload = '{"notificationId":"w-1:1:delivered:1:user"}';
  const { notify_id: notifyId } = (bodyOf() as { push_message: { notification: { notify_id: number } } })
    .push_message.notification;
  expect(bodyOf()).toEqual({
    request_id: '0123456789abcdef0123456789abcdef',
    settings: { ttl: 24 * HOUR },
    audience: { cid: ['our-cid'] },
    push_message: { notification: { ...text, click_type: 'payload', payload, notify_id: notifyId } },
    push_channel: {
      android: {
        ups: {
          notification: { ...text, click_type: 'payload', payload, notify_id: String(notifyId) },
          options: { HW: { '/message/android/category': 'EXPRESS' }, VV: { '/category': 'ORDER' } },
        },
      },
      ios: {
        type: 'notify',
        payload,
        aps: { alert: text, 'content-available': 0, sound: 'default' },
        'apns-collapse-id': expect.stringMatching(/^[\w-]{32}$/),
      },
      harmony: {
        notification: { ...text, click_type: 'payload', payload, category: 'EXPRESS', notify_id: notifyId },
      },
    },
  });
  expect(Number.isInteger(notifyId) && notifyId >= 0 && notifyId <= 2_147_483_647).toBe(true);
});

test('the text is cut to what GeTui and each vendor take, and the time to live to three days', async () => {
  await open();
  await stage.push({ title: '📦'.repeat(90), content: '𠮷'.repeat(900), timeToLiveMs: 999 * HOUR });
  expect(bodyOf()).toMatchObject({
    settings: { ttl: 72 * HOUR },
    push_message: { notification: { title: `${'📦'.repeat(49)}…`, body: `${'𠮷'.repeat(255)}…` } },
    push_channel: {
      android: {
        ups: { notification: { title: `${'📦'.repeat(19)}…`, body: `${'𠮷'.repeat(49)}…` } },
      },
    },
  });
});

test('for vendors a Chinese character counts as two English letters', async () => {
  await open();
  await stage.push({ title: '快'.repeat(20), content: `${'快'.repeat(49)}xx` });
  await stage.push({ title: `${'快'.repeat(20)}x`, content: `${'快'.repeat(49)}xxx` });
  const [whole, cut] = [0, 1].map((index) => bodyOf(index));
  expect(whole).toMatchObject({
    push_channel: {
      android: { ups: { notification: { title: '快'.repeat(20), body: `${'快'.repeat(49)}xx` } } },
    },
  });
  expect(cut).toMatchObject({
    push_channel: {
      android: { ups: { notification: { title: `${'快'.repeat(19)}…`, body: `${'快'.repeat(49)}…` } } },
    },
  });
});

test('and a title of English letters ends where Meizu ends it', async () => {
  await open();
  await stage.push({ title: 'x'.repeat(32) });
  await stage.push({ title: 'x'.repeat(33) });
  const titles = [0, 1].map(
    (index) =>
      (bodyOf(index) as { push_channel: { android: { ups: { notification: { title: string } } } } })
        .push_channel.android.ups.notification.title,
  );
  expect(titles).toEqual(['x'.repeat(32), `${'x'.repeat(31)}…`]);
});

describe('a tap on a uni-app that is not running', () => {
  const vendorsOf = (changes: Partial<PushMessage> = {}): Record<string, string> => {
    const { body } = getuiRequest({ ...sampleMessage, ...changes }, { uniAppPackage: 'com.example.shop' });
    type Body = { push_channel: { android: { ups: { notification: Record<string, string> } } } };
    return (body as Body).push_channel.android.ups.notification;
  };
  /** As Android reads an intent that is written as a URI. */
  const extrasOf = (intent = ''): Record<string, string> => {
    const [, parts = ''] = /^intent:\/\/io\.dcloud\.unipush\/\?#Intent;(.*);end$/.exec(intent) ?? [];
    return Object.fromEntries(
      parts.split(';').map((part) => {
        const [name = '', text = ''] = part.split('=');
        return [name, decodeURIComponent(text)];
      }),
    );
  };

  test('opens it by the intent that uni-push knows, with text and payload', () => {
    const { intent, ...rest } = vendorsOf({ link: '/pages/order?id=1;2#3' });
    expect(rest).toMatchObject({ click_type: 'intent', title: '快递已签收', body: '包裹已送达' });
    expect(rest).not.toHaveProperty('payload');
    expect(extrasOf(intent)).toEqual({
      scheme: 'unipush',
      launchFlags: '0x4000000',
      component: 'com.example.shop/io.dcloud.PandoraEntry',
      'S.UP-OL-SU': 'true',
      'S.title': '快递已签收',
      'S.content': '包裹已送达',
      'S.payload': JSON.stringify({
        notificationId: 'w-1:1:delivered:1:user',
        message_id: 'w-1:1:delivered:1:user',
        status: 'delivered',
        last_four: '0007',
        order_id: 'ORDER_20260206_0007',
        link: '/pages/order?id=1;2#3',
      }),
    });
  });

  test.each<[string, Partial<PushMessage>, string[]]>([
    ['its text', { title: '快'.repeat(20), content: '递'.repeat(50), link: '/p' }, ['S.payload', 'S.title']],
    ['its title too', { title: '快'.repeat(20), link: `/${'x'.repeat(500)}` }, ['S.payload']],
    ['its link', { title: '快'.repeat(20), link: `/${'"'.repeat(200)}` }, ['S.payload']],
    [
      'all but the id',
      { parcel: { ...sampleMessage.parcel, orderId: '单'.repeat(80) }, link: '/p' },
      ['S.payload'],
    ],
  ])('leaves out %s before it is longer than Meizu takes', (what, changes, left) => {
    const { intent = '' } = vendorsOf(changes);
    expect(intent.length).toBeLessThanOrEqual(1_000);
    const texts = Object.keys(extrasOf(intent)).filter((name) => /^S\.(title|content|payload)$/.test(name));
    expect(texts.sort()).toEqual(left);
    const payload = JSON.parse(extrasOf(intent)['S.payload'] ?? '') as object;
    expect(payload).toMatchObject({ notificationId: 'w-1:1:delivered:1:user' });
    expect(Object.hasOwn(payload, 'order_id')).toBe(what !== 'all but the id');
  });
});

test('the same waybill has the same key in every push, another one has another', async () => {
  await open();
  for (const overwriteKey of ['w-1/user', 'w-1/user', 'w-2/user']) await stage.push({ overwriteKey });
  const [first, second, other] = [0, 1, 2].map((index) => JSON.stringify(bodyOf(index)));
  expect(second).toBe(first);
  expect(other).not.toBe(first);
});

describe('the token', () => {
  test('is asked for with a signature, once for 50 pushes at the same time', async () => {
    await open();
    const answers = await Promise.all(Array.from({ length: 50 }, () => stage.push()));
    expect(answers.map((answer) => answer.class)).toEqual(Array(50).fill('accepted'));
    expect(stage.tokens).toHaveLength(1);
    const { sign, timestamp, appkey } = JSON.parse(String(stage.tokens[0]?.body)) as Record<string, string>;
    const expected = createHash('sha256').update(`key-1${timestamp}secret-1`).digest('hex');
    expect([sign, appkey]).toEqual([expected, 'key-1']);
  });

  test('is renewed once when 50 pushes find it refused', async () => {
    await open({
      answer: (request, response) =>
        request.headers['token'] === 't-1'
          ? say({ code: 10001, msg: 'token is invalid' }, 401)(request, response)
          : ACCEPTANCE.getui(request, response),
    });
    const first = await Promise.all(Array.from({ length: 50 }, () => stage.push()));
    expect(new Set(first.map((answer) => answer.reason))).toEqual(new Set(['provider_auth_refresh']));
    const second = await Promise.all(Array.from({ length: 50 }, () => stage.push()));
    expect(new Set(second.map((answer) => answer.class))).toEqual(new Set(['accepted']));
    expect(stage.tokens).toHaveLength(2);
  });

  test('that is refused again when it is new shows that our keys are wrong', async () => {
    await open({ answer: say({ code: 10001, msg: 'token is invalid' }, 401) });
    expect(await stage.push()).toMatchObject({ class: 'retry', retryAfterMs: 0 });
    expect(await stage.push()).toMatchObject({ class: 'fail', hold: 'credential' });
    expect(stage.tokens).toHaveLength(2);
  });

  test('that ends soon is renewed before it is refused', async () => {
    await open({
      answerToken: (_, response, count) =>
        response.end(
          JSON.stringify({ code: 0, data: { token: `t-${count}`, expire_time: Date.now() + 30_000 } }),
        ),
    });
    await stage.push();
    await stage.push();
    expect(stage.pushes.map(({ headers }) => headers['token'])).toEqual(['t-1', 't-2']);
  });

  test.each<[string, number, string, object]>([
    [
      'a wrong signature',
      400,
      '{"code":20001,"msg":"sign is invalid"}',
      { class: 'fail', hold: 'credential' },
    ],
    ['a key that is not known', 401, '{"code":10001}', { class: 'fail', hold: 'credential' }],
    ['a black-listed app', 401, '{"code":10002}', { class: 'fail', hold: 'credential' }],
    [
      'too many requests',
      401,
      '{"code":10003}',
      { class: 'retry', reason: 'rate_limited', retryAfterMs: 60_000 },
    ],
    ['a broken gateway', 502, '<html>', { class: 'retry', definite: true }],
    ['garbage', 200, '\u0000', { class: 'retry', definite: true }],
    ['a success without a token', 200, '{"code":0,"data":{}}', { class: 'retry', definite: true }],
  ])('that is not to be had for %s leaves the push unsent', async (_, status, body, expected) => {
    await open({ answerToken: (_request, response) => response.writeHead(status).end(body) });
    expect(await stage.push()).toMatchObject(expected);
    expect(stage.pushes).toEqual([]);
  });

  test('that does not come is waited for no longer than the push may take', async () => {
    await open({ answerToken: () => undefined });
    expect(await stage.push({}, 300)).toMatchObject({
      class: 'retry',
      reason: 'token_unavailable',
      definite: true,
    });
  });

  test('that is refused answers for all pushes of that second', async () => {
    await open({ answerToken: (_, response) => response.end('{"code":10003}') });
    for (let sent = 0; sent < 20; sent += 1) await stage.push();
    expect(stage.tokens.length).toBeLessThanOrEqual(2);
  });
});

describe('a host that sends us away', () => {
  async function host(answer: RequestListener): Promise<{ url: string; pushes: () => number }> {
    let count = 0;
    const server = await listen((request, response) => {
      if (request.url?.endsWith('/auth')) return response.end('{"code":0,"data":{"token":"t"}}');
      count += 1;
      return answer(request, response);
    });
    servers.push(server);
    return { url: server.url, pushes: () => count };
  }
  const push = (urls: readonly [string, ...string[]]) => {
    const provider = createGetuiProvider({ appId: 'a', appKey: 'k', masterSecret: 's', urls });
    return () => provider.send(sampleMessage, AbortSignal.timeout(5_000));
  };

  test('is left for the next of ours', async () => {
    const [old, next] = [await host(say({ code: 301, msg: 'domain error' })), await host(ACCEPTANCE.getui)];
    const send = push([old.url, next.url]);
    expect(await send()).toMatchObject({
      class: 'retry',
      reason: 'host_moved',
      retryAfterMs: 0,
      definite: true,
    });
    expect(await send()).toMatchObject({ class: 'accepted' });
    expect([old.pushes(), next.pushes()]).toEqual([1, 1]);
  });

  test('is left for the one that it names, when that is among ours', async () => {
    const named = await host(ACCEPTANCE.getui);
    const hostList = [{ domainList: ['https://evil.example/v2/', `${named.url}/v2/`] }];
    const old = await host(say({ code: 301, data: { domainHash: 'h', hostList } }));
    const other = await host(ACCEPTANCE.getui);
    const send = push([old.url, other.url, named.url]);
    await send();
    await send();
    expect([other.pushes(), named.pushes()]).toEqual([0, 1]);
  });
});
