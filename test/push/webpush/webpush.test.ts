import { afterEach, describe, expect, test } from '@jest/globals';
import { createECDH, createPublicKey } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { decode, verify } from 'jsonwebtoken';
import type { WebPushKeys } from '../../../src/shipment/device';
import { ACCEPTANCE, openStage, vapidPublicKey, type Stage } from '../provider-stage';
import { browser, browserAuth, subscription } from '../sample-message';
import { decrypt } from './decrypt';

const HOUR = 3_600_000;

let stage: Stage;
afterEach(() => stage.close());

const open = async (answer: RequestListener = ACCEPTANCE.webpush): Promise<void> => {
  stage = await openStage({ name: 'webpush', answer });
};

const received = (index = 0): unknown =>
  JSON.parse(decrypt(stage.pushes[index]?.body ?? Buffer.alloc(0), browser, browserAuth));

test('a push can be read by the browser alone, and replaces an older one of its waybill', async () => {
  await open();
  expect(await stage.push()).toMatchObject({ class: 'accepted' });
  const [push] = stage.pushes;
  expect(push?.path).toBe('/wp/our-endpoint');
  expect(push?.headers).toMatchObject({
    'content-encoding': 'aes128gcm',
    ttl: '86400',
    urgency: 'high',
    topic: expect.stringMatching(/^[\w-]{32}$/),
  });
  expect(received()).toEqual({
    notificationId: 'w-1:1:delivered:1:user',
    title: '快递已签收',
    body: '包裹已送达',
    tag: push?.headers['topic'],
  });
});

test('two pushes of the same text share no byte of key or text', async () => {
  await open();
  await stage.push();
  await stage.push();
  const [first, second] = stage.pushes.map(({ body }) => body.subarray(0, 86).toString('hex'));
  expect(first).not.toBe(second);
});

test('the longest text stays under the 2,744 bytes of Mozilla', async () => {
  await open();
  await stage.push({ title: '📦'.repeat(999), content: '𠮷'.repeat(9_999), timeToLiveMs: 9_999 * HOUR });
  expect(received()).toMatchObject({ title: `${'📦'.repeat(79)}…`, body: `${'𠮷'.repeat(399)}…` });
  expect(stage.pushes[0]?.headers['ttl']).toBe('2592000');
  expect(stage.pushes[0]?.body.byteLength).toBeLessThan(2_744);
});

test('we sign for the push service, once for half a day', async () => {
  await open();
  await stage.push();
  await stage.push();
  const [first = '', second] = stage.pushes.map(({ headers }) => headers['authorization']);
  expect(second).toBe(first);
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(first) ?? [];
  expect(key).toBe(vapidPublicKey);
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  verify(token, publicKey, { algorithms: ['ES256'] });
  const { aud, exp = 0, sub } = decode(token, { json: true }) ?? {};
  expect([aud, sub]).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    'mailto:ops@shop.example',
  ]);
  expect(exp * 1_000 - Date.now()).toBeLessThanOrEqual(24 * HOUR);
});

describe('a subscription made with', () => {
  const mismatch: RequestListener = (_, response) =>
    response.writeHead(400).end('{"reason":"VapidPkHashMismatch"}');
  const mozilla: RequestListener = (_, response) => response.writeHead(401).end('{"code":401,"errno":109}');

  test.each<[string, RequestListener, WebPushKeys, object]>([
    ['another key is given up', mismatch, { ...subscription, vapidKey: 'x' }, { class: 'deactivate' }],
    [
      'another key is given up at Mozilla too',
      mozilla,
      { ...subscription, vapidKey: 'x' },
      { class: 'deactivate' },
    ],
    [
      'our key is not given up: the fault is ours',
      mismatch,
      { ...subscription, vapidKey: vapidPublicKey },
      { class: 'fail', hold: 'suspect' },
    ],
    ['nobody knows which key is not given up', mismatch, subscription, { class: 'fail', hold: 'suspect' }],
  ])('%s', async (_, answer, keys, expected) => {
    await open(answer);
    expect(await stage.push({ subscription: keys })).toMatchObject(expected);
  });
});

describe('nothing is sent', () => {
  const otherCurve = createECDH('secp521r1').generateKeys('base64url');
  test.each<[string, WebPushKeys | undefined]>([
    ['without the keys of the subscription', undefined],
    ['with a key of another curve', { ...subscription, p256dh: otherCurve }],
    ['with a key that is no point', { ...subscription, p256dh: Buffer.alloc(65, 4).toString('base64url') }],
    ['with a secret that is too short', { ...subscription, auth: 'AAAA' }],
  ])('%s', async (_, keys) => {
    await open();
    expect(await stage.push({ subscription: keys })).toMatchObject({ class: 'fail', reason: 'bad_payload' });
    expect(stage.pushes).toEqual([]);
  });

  test('when the payload is longer than a push service takes', async () => {
    await open();
    expect(await stage.push({ messageId: 'x'.repeat(3_000) })).toMatchObject({
      class: 'fail',
      words: 'not sent: payload is too long',
    });
  });
});
