import { afterEach, describe, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { verify } from 'jsonwebtoken';
import { ACCEPTANCE, openStage, rsaKey, type Stage, type StageOptions } from '../provider-stage';

const HOUR = 3_600_000;

let stage: Stage;
afterEach(() => stage.close());

const open = async (options: Partial<StageOptions> = {}): Promise<void> => {
  stage = await openStage({ name: 'fcm', answer: ACCEPTANCE.fcm, ...options });
};

const error = (code: number, status: string, details?: readonly object[]): RequestListener => {
  const body = JSON.stringify({ error: { code, message: '-', status, ...(details && { details }) } });
  return (_, response) => response.writeHead(code).end(body);
};
const fcmError = (errorCode: string) => ({
  '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError',
  errorCode,
});

const bodyOf = (index = 0): { message: Record<string, unknown> } =>
  JSON.parse(String(stage.pushes[index]?.body)) as { message: Record<string, unknown> };

test('a push goes to one phone, and replaces an older one of its waybill on the screen', async () => {
  await open();
  const before = Math.floor(Date.now() / 1_000);
  expect(await stage.push()).toMatchObject({
    class: 'accepted',
    providerId: 'projects/project-1/messages/1',
  });
  expect(stage.pushes).toMatchObject([
    { path: '/v1/projects/project-1/messages:send', headers: { authorization: 'Bearer t-1' } },
  ]);
  const tag: unknown = expect.stringMatching(/^[\w-]{32}$/);
  const { message } = bodyOf();
  expect(message).toEqual({
    token: 'our-cid',
    notification: { title: '快递已签收', body: '包裹已送达' },
    data: { notificationId: 'w-1:1:delivered:1:user' },
    android: { priority: 'HIGH', ttl: '86400s', notification: { tag } },
    apns: {
      headers: {
        'apns-collapse-id': tag,
        'apns-expiration': expect.stringMatching(/^\d{10}$/),
        'apns-priority': '10',
      },
      payload: { aps: { sound: 'default' } },
    },
    webpush: { headers: { TTL: '86400', Urgency: 'high', Topic: tag }, notification: { tag } },
  });
  const { headers } = message['apns'] as { headers: Record<string, string> };
  expect(Number(headers['apns-expiration'])).toBeGreaterThanOrEqual(before + 86_400);
});

test('the longest text stays under the 4,096 bytes of FCM', async () => {
  await open();
  await stage.push({ title: '📦'.repeat(999), content: '𠮷'.repeat(9_999), timeToLiveMs: 9_999 * HOUR });
  expect(bodyOf().message).toMatchObject({
    notification: { title: `${'📦'.repeat(79)}…`, body: `${'𠮷'.repeat(399)}…` },
    android: { ttl: '2419200s' },
  });
  expect(stage.pushes[0]?.body.byteLength).toBeLessThan(4_096);
});

describe('the access token', () => {
  test('is had for a signed assertion, once for 50 pushes at the same time', async () => {
    await open();
    await Promise.all(Array.from({ length: 50 }, () => stage.push()));
    expect([stage.tokens.length, stage.pushes.length]).toEqual([1, 50]);
    const form = new URLSearchParams(String(stage.tokens[0]?.body));
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const assertion = verify(form.get('assertion') ?? '', rsaKey.publicKey, { algorithms: ['RS256'] });
    expect(assertion).toMatchObject({
      iss: 'push@project-1.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/firebase.messaging',
      aud: expect.stringMatching(/\/token$/),
    });
  });

  test('is renewed when it is refused, and our keys are wrong when the new one is refused too', async () => {
    await open({ answer: error(401, 'UNAUTHENTICATED') });
    expect(await stage.push()).toMatchObject({ class: 'retry', reason: 'provider_auth_refresh' });
    expect(await stage.push()).toMatchObject({
      class: 'fail',
      reason: 'provider_config',
      hold: 'credential',
    });
    expect(stage.pushes.map(({ headers }) => headers['authorization'])).toEqual(['Bearer t-1', 'Bearer t-2']);
  });

  test('that was refused long ago is not held against the next one', async () => {
    const answers = [error(401, 'UNAUTHENTICATED'), ACCEPTANCE.fcm, error(401, 'UNAUTHENTICATED')];
    await open({ answer: (request, response) => answers.shift()?.(request, response) });
    const reasons = [await stage.push(), await stage.push(), await stage.push()].map(({ reason }) => reason);
    expect(reasons).toEqual(['provider_auth_refresh', 'accepted', 'provider_auth_refresh']);
  });

  test.each<[string, number, string, object]>([
    ['a deleted account', 400, '{"error":"invalid_grant"}', { class: 'fail', hold: 'credential' }],
    ['a deleted client', 401, '{"error":"invalid_client"}', { class: 'fail', hold: 'credential' }],
    ['too many requests', 429, '', { class: 'retry', retryAfterMs: 60_000, definite: true }],
    ['an outage', 503, '', { class: 'retry', definite: true }],
    ['garbage', 200, '<html>', { class: 'retry', definite: true }],
  ])('that is not to be had for %s leaves the push unsent', async (_, status, body, expected) => {
    await open({ answerToken: (_request, response) => response.writeHead(status).end(body) });
    expect(await stage.push()).toMatchObject(expected);
    expect(stage.pushes).toEqual([]);
  });
});

describe('an error', () => {
  test.each<[string, RequestListener, object]>([
    [
      '404 without FCM’s own code is no dead device, and no proof against the project either',
      error(404, 'NOT_FOUND'),
      { class: 'fail', hold: 'suspect' },
    ],
    [
      '400 of FCM with other words is no dead device',
      error(400, 'INVALID_ARGUMENT', [fcmError('INVALID_ARGUMENT')]),
      { class: 'fail', reason: 'bad_payload' },
    ],
    ['403 PERMISSION_DENIED is ours', error(403, 'PERMISSION_DENIED'), { class: 'fail', hold: 'credential' }],
    [
      '503 UNAVAILABLE is tried again',
      error(503, 'UNAVAILABLE', [fcmError('UNAVAILABLE')]),
      { class: 'retry', reason: 'provider_5xx', definite: false },
    ],
    [
      '429 of the gateway is a rate',
      error(429, 'RESOURCE_EXHAUSTED'),
      { class: 'retry', retryAfterMs: 60_000 },
    ],
    [
      '504 DEADLINE_EXCEEDED is a timeout',
      error(504, 'DEADLINE_EXCEEDED'),
      { class: 'retry', reason: 'timeout' },
    ],
  ])('%s', async (_, answer, expected) => {
    await open({ answer });
    expect(await stage.push()).toMatchObject(expected);
  });
});
