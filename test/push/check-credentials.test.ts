import { afterEach, describe, expect, test } from '@jest/globals';
import type { PushAnswer } from '../../src/push/provider';
import {
  openStage,
  PROVIDER_NAMES,
  type ProviderName,
  type Stage,
  type StageOptions,
} from './provider-stage';

describe('credentials are shown to the provider', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  async function ask(options: StageOptions): Promise<PushAnswer | undefined> {
    stage = await openStage(options);
    return stage.provider.checkCredentials?.(AbortSignal.timeout(5_000));
  }
  const neverAsked: StageOptions['answer'] = (_, response) => response.writeHead(500).end();

  test.each(['getui', 'fcm'] as const)('of %s: a token is asked for, and nothing is pushed', async (name) => {
    expect(await ask({ name, answer: neverAsked })).toMatchObject({ class: 'accepted' });
    expect([stage.tokens.length, stage.pushes.length]).toEqual([1, 0]);
  });

  test.each([
    ['getui', '{"code":10002,"msg":"sign error"}', 200],
    ['fcm', '{"error":"invalid_grant"}', 400],
  ] as const)('of %s: a refusal is the answer', async (name, body, status) => {
    const answerToken: StageOptions['answerToken'] = (_, response) => response.writeHead(status).end(body);
    expect(await ask({ name, answer: neverAsked, answerToken })).toMatchObject({
      class: 'fail',
      hold: 'credential',
    });
  });

  test.each([
    [400, 'BadDeviceToken', 'accepted'],
    [400, 'PayloadEmpty', 'accepted'],
    [403, 'InvalidProviderToken', 'fail'],
    [400, 'TopicDisallowed', 'fail'],
    [503, 'ServiceUnavailable', 'retry'],
  ] as const)('of apns: %s %s is %s, asked with what cannot be a device', async (status, reason, answer) => {
    const body = JSON.stringify({ reason });
    const asked = await ask({ name: 'apns', answer: (_, response) => response.writeHead(status).end(body) });
    expect(asked).toMatchObject({ class: answer });
    const [request] = stage.pushes;
    expect(request?.path).toBe('/3/device/no-device');
    expect(request?.headers).toMatchObject({
      'apns-push-type': 'background',
      'apns-topic': 'com.example.shop',
    });
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({ aps: { 'content-available': 1 } });
  });

  test('of no other provider, since those cannot be asked without a push', async () => {
    const others = PROVIDER_NAMES.filter((name: ProviderName) => !['getui', 'fcm', 'apns'].includes(name));
    for (const name of others) {
      expect(await ask({ name, answer: neverAsked })).toBeUndefined();
      if (name !== others.at(-1)) await stage.close();
    }
    expect(stage.pushes).toEqual([]);
  });
});
