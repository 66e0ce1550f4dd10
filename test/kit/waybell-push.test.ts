import { afterEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createWaybell } from '../../kit/uni-app/waybell';
import type { PushAnswer } from '../../src/push/provider';
import { secureHeaders } from '../../src/push/unicloud/secure-headers';
import { createUniCloudProvider, type UniCloudSettings } from '../../src/push/unicloud/unicloud';
import { listen } from '../push/local-server';
import { sampleMessage } from '../push/sample-message';
import { use } from '../setup/use';
import { createFakePhone } from './fake-phone';
import { deploy, type Deployment, type Space } from './unicloud-space';
import { until } from './until';

/** kit/unicloud/waybell-push in a space that answers as uniCloud is documented, asked by Waybell itself. */

const SECRET = 'x7f0c3b19d2e84a65b0a1c2d3e4f5a6b';
const APPS = { default: '__UNI__SHOP', merchant: '__UNI__DESK' };
const KIT = path.join(__dirname, '../../kit/unicloud/waybell-push');

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

/** For one test. */
async function open(deployment: Deployment): Promise<Space> {
  const space = await deploy(deployment);
  opened.push(space);
  return space;
}

const withSecret = use(() => deploy({ config: { apps: APPS, secret: SECRET } }));

const push = (space: Space, settings: Partial<UniCloudSettings> = { connectCode: SECRET }, changes = {}) =>
  createUniCloudProvider({ url: space.url, ...settings }).send(
    { ...sampleMessage, ...changes },
    AbortSignal.timeout(30_000),
  );

const ACCEPTED = { class: 'accepted', reason: 'online', words: 'successed_online', providerId: 'RASS_1' };

describe('a push of Waybell', () => {
  test('is one call of uni-push for one phone of the app that it names, with all that Waybell sent', async () => {
    withSecret.calls.length = 0;
    expect(await push(withSecret)).toMatchObject(ACCEPTED);
    expect(await push(withSecret, { connectCode: SECRET }, { appid: 'merchant' })).toMatchObject(ACCEPTED);
    const message = {
      push_clientid: 'our-cid',
      title: '快递已签收',
      content: '包裹已送达',
      payload: { notificationId: 'w-1:1:delivered:1:user' },
      force_notification: true,
      request_id: '0123456789abcdef0123456789abcdef',
      category: { harmony: 'EXPRESS', huawei: 'EXPRESS', vivo: 'ORDER' },
      settings: { ttl: 86_400_000 },
    };
    expect(withSecret.calls).toEqual([
      { appId: '__UNI__SHOP', message },
      { appId: '__UNI__DESK', message },
    ]);
  });

  test.each<[string, object, Partial<UniCloudSettings>]>([
    [
      'a connect code',
      { type: 'connectCode', connectCode: 'code-of-the-space' },
      { connectCode: 'code-of-the-space' },
    ],
    ['a signature', { type: 'sign', signKey: 'key-of-the-space' }, { signKey: 'key-of-the-space' }],
  ])('is let in by uni-cloud-s2s with %s, also where bodies come in base64', async (_, s2s, settings) => {
    const space = await open({ config: { apps: APPS }, s2s, base64: true });
    expect(await push(space, settings)).toMatchObject(ACCEPTED);
    expect(await push(space, { connectCode: 'code-of-another', signKey: 'key-of-another' })).toMatchObject({
      class: 'fail',
      reason: 'provider_config',
      hold: 'credential',
    });
    expect(space.calls).toHaveLength(1);
  });

  test.each<[string, () => unknown]>([
    ['the phone is gone', () => ({ errCode: 'uni-push-user-invalid', errMsg: 'target user is invalid' })],
    ['inactive for 90 days', () => ({ errCode: 0, data: { RASS_1: { 'our-cid': 'successed_ignore' } } })],
    ['busy', () => ({ errCode: 'uni-cloud-push-error-30019', errMsg: 'busy' })],
    ['the quota of the day', () => ({ errCode: 'uni-cloud-push-error-30008', errMsg: 'quota' })],
    ['a title too long', () => ({ errCode: 'uni-cloud-push-error-20001', errMsg: 'title size over limit' })],
    ['nothing of the phone', () => ({ errCode: 0, errMsg: 'success', data: {} })],
    ['everybody', () => ({ errCode: 0, errMsg: '', data: { $taskid: 'RASA_1' } })],
  ])('comes back with what uni-push says, whole: %s', async (_, says) => {
    const bare = await listen((_request, response) => response.end(JSON.stringify(says())));
    opened.push(bare);
    withSecret.answer(says);
    expect(await push(withSecret)).toEqual(
      await createUniCloudProvider({ url: bare.url }).send(sampleMessage, AbortSignal.timeout(30_000)),
    );
  });

  test.each<[string, Error, Partial<PushAnswer>]>([
    [
      'the tables of the space are missing',
      new Error('InternalBizError:mongo_cell_decision_not_found'),
      { class: 'retry', reason: 'function_error' },
    ],
    [
      'uni-push knows no such app',
      Object.assign(new Error('no permission'), { errCode: 'uni-cloud-push-error-10004' }),
      { class: 'fail', reason: 'provider_config' },
    ],
  ])('comes back with the cause where uni-push throws: %s', async (_, error, expected) => {
    withSecret.answer(() => {
      throw error;
    });
    expect(await push(withSecret)).toMatchObject(expected);
  });
});

test('what it pushes is what the module of the app opens and names to Waybell', async () => {
  const phone = createFakePhone('our-cid');
  phone.replies = Array<object>(3).fill({ statusCode: 200 });
  const app = createWaybell({
    url: 'http://waybell',
    session: () => ({ userId: 'u-1' }),
    pageOf: () => '/pages/p',
  });
  await app.start();
  const space = await open({ config: { apps: APPS, secret: SECRET } });
  space.answer((message) => {
    phone.receive(message);
    return { errCode: 0, data: { RASS_1: { 'our-cid': 'successed_online' } } };
  });
  expect(await push(space)).toMatchObject(ACCEPTED);
  expect(phone.bar).toEqual([expect.objectContaining({ title: '快递已签收', content: '包裹已送达' })]);
  phone.tap(phone.bar[0]);
  expect(phone.pages).toEqual(['pages/index/index', '/pages/p']);
  await until(() => phone.requests.length === 2);
  expect(phone.requests[1]).toMatchObject({
    path: 'receipts',
    body: { message_id: sampleMessage.messageId, cid: 'our-cid', appid: 'default', event: 'clicked' },
  });
  app.stop();
});

describe('what is refused, with nothing pushed', () => {
  const RIGHT = {
    push_clientid: 'our-cid',
    title: 'A',
    content: 'B',
    payload: { notificationId: 'n' },
    request_id: '0123456789abcdef',
  };
  const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
  const KNOWN = { 'Unicloud-S2s-Authorization': `CONNECTCODE ${SECRET}` };

  async function ask(init: RequestInit): Promise<[number, unknown]> {
    const response = await fetch(withSecret.url, { method: 'POST', ...init });
    expect(response.headers.get('content-type')).toContain('application/json');
    return [response.status, ((await response.json()) as { errCode: unknown }).errCode];
  }
  const askWith = (change: object) =>
    ask({ headers: { ...JSON_TYPE, ...KNOWN }, body: JSON.stringify({ ...RIGHT, ...change }) });

  test('nothing, to begin with', async () => {
    withSecret.answer(() => ({ errCode: 0 }));
    expect(await askWith({})).toEqual([200, 0]);
    withSecret.calls.length = 0;
  });

  test.each<[string, [number, string], RequestInit]>([
    ['a browser that looks', [405, 'waybell-push-method'], { method: 'GET' }],
    ['another method', [405, 'waybell-push-method'], { method: 'PUT', body: '{}' }],
    ['a form', [415, 'waybell-push-type'], { body: new URLSearchParams({ push_clientid: 'our-cid' }) }],
    ['a page', [415, 'waybell-push-type'], { headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['no body', [400, 'waybell-push-malformed'], { headers: { ...JSON_TYPE, ...KNOWN } }],
    ['what is no JSON', [400, 'waybell-push-malformed'], { headers: { ...JSON_TYPE, ...KNOWN }, body: '{' }],
    ['a list', [400, 'waybell-push-malformed'], { headers: { ...JSON_TYPE, ...KNOWN }, body: '[]' }],
    [
      'a body without end',
      [413, 'waybell-push-size'],
      { headers: { ...JSON_TYPE, ...KNOWN }, body: JSON.stringify({ ...RIGHT, title: 'x'.repeat(70_000) }) },
    ],
    ['a stranger', [403, '51000'], { headers: JSON_TYPE, body: JSON.stringify(RIGHT) }],
    [
      'a wrong secret',
      [403, '51000'],
      {
        headers: { ...JSON_TYPE, 'unicloud-s2s-authorization': `CONNECTCODE ${SECRET.slice(0, -1)}` },
        body: JSON.stringify(RIGHT),
      },
    ],
    [
      'a secret in another place',
      [403, '51000'],
      { headers: JSON_TYPE, body: JSON.stringify({ ...RIGHT, secret: SECRET }) },
    ],
  ])('%s', async (_, refusal, init) => {
    expect(await ask(init)).toEqual(refusal);
    expect(withSecret.calls).toEqual([]);
  });

  test.each<[string, object]>([
    ['no phone', { push_clientid: undefined }],
    ['an empty phone', { push_clientid: '' }],
    ['a blank phone', { push_clientid: ' ' }],
    ['a list of phones', { push_clientid: ['our-cid'] }],
    ['a person in place of a phone', { push_clientid: undefined, user_id: 'u-1' }],
    ['a title that nobody sees', { title: ' ' }],
    ['no content', { content: undefined }],
    ['no request id', { request_id: undefined }],
    ['a UUID as a request id', { request_id: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10' }],
    ['a clock as a request id', { request_id: 1_767_225_600_000 }],
    ['an app that config.json does not have', { appid: 'other' }],
    ['an app that is everywhere', { appid: 'constructor' }],
    ['a payload that is no object', { payload: 'text' }],
    ['options that are a list', { options: [] }],
  ])('%s', async (_, change) => {
    expect(await askWith(change)).toEqual([400, 'waybell-push-malformed']);
    expect(withSecret.calls).toEqual([]);
  });

  test('an app of the space that calls the function by its name', async () => {
    for (const data of [
      RIGHT,
      {},
      null,
      { httpMethod: 'POST', headers: JSON_TYPE, body: JSON.stringify(RIGHT) },
    ]) {
      expect(await withSecret.callFunction(data)).toMatchObject({ statusCode: 403 });
    }
    expect(withSecret.calls).toEqual([]);
  });

  test('a second target, and all that Waybell does not send', async () => {
    await askWith({ user_id: 'u-1', user_tag: 't', device_id: 'd', getui_alias: 'a', platform: 'ALL', x: 1 });
    expect(withSecret.calls).toEqual([{ appId: '__UNI__SHOP', message: RIGHT }]);
  });
});

test('makers’ options and the payload are passed on, as objects or as the text that a signature covers', async () => {
  const space = await open({ config: { apps: APPS }, s2s: { type: 'sign', signKey: 'key-of-the-space' } });
  const options = { android: { HO: { '/android/notification/importance': 'NORMAL' } } };
  const nested = { payload: { notificationId: 'n', link: '/p?a=1' }, options };
  for (const fields of [
    nested,
    { payload: JSON.stringify(nested.payload), options: JSON.stringify(options) },
  ]) {
    const body = { push_clientid: 'c', title: 'A', content: 'B', request_id: '0123456789abcdef', ...fields };
    const headers = secureHeaders({ signKey: 'key-of-the-space' }, body, Date.now());
    const response = await fetch(space.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  }
  expect(space.calls.map(({ message }) => message)).toEqual([
    expect.objectContaining(nested),
    expect.objectContaining(nested),
  ]);
});

describe('a function that is not set up lets nobody in, and Waybell holds its pushes', () => {
  test.each<[string, Deployment, string]>([
    ['without config.json', {}, 'config.json cannot be read'],
    ['with the example as it is', { config: example() }, 'the secret in config.json'],
    ['with a short secret', { config: { apps: APPS, secret: 'short' } }, 'the secret in config.json'],
    ['without an app', { config: { secret: SECRET } }, 'names no app'],
    ['without a secret and without uni-cloud-s2s', { config: { apps: APPS } }, 'neither a secret'],
    ['with uni-cloud-s2s not set up', { config: { apps: APPS }, s2s: {} }, 'type is wrong'],
  ])('%s', async (_, deployment, words) => {
    const space = await open(deployment);
    expect(await push(space)).toMatchObject({
      class: 'fail',
      hold: 'credential',
      words: expect.stringContaining(words),
    });
    expect(space.calls).toEqual([]);
  });
});

test('the package brings the extension of uni-push and outlasts what Waybell waits for', () => {
  const manifest = JSON.parse(readFileSync(path.join(KIT, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(manifest).toMatchObject({
    main: 'index.js',
    extensions: { 'uni-cloud-push': {} },
    'cloudfunction-config': { path: '/waybell-push', timeout: 10 },
  });
});

function example(): unknown {
  return JSON.parse(readFileSync(path.join(KIT, 'config.example.json'), 'utf8'));
}
