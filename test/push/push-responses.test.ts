import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readGetuiReceipts } from '../../src/push/getui/receipt';
import type { PushMessage } from '../../src/push/provider';
import { openStage, PROVIDER_NAMES, vapidPublicKey, type ProviderName, type Stage } from './provider-stage';
import more from './more-responses.json';
import responses from './push-responses.json';
import { subscription } from './sample-message';

/** One answer of a provider and the class that it must get. */
interface Sample {
  readonly id: string;
  readonly provider: string;
  readonly httpStatus: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly expected: {
    readonly class: string;
    readonly reason?: string;
    readonly retryAfterSeconds?: number;
    readonly ambiguous?: boolean;
    readonly action?: string;
  };
  readonly expectedPerTarget?: Readonly<Record<string, string>>;
  readonly context?: {
    readonly targets?: readonly string[];
    readonly deviceRegisteredAtMs?: number;
    readonly subscriptionVapidKeyIsCurrent?: boolean;
  };
}

const samples = [...responses, ...more] as unknown as readonly Sample[];
/** No HTTP answer: the tests of the connection have it. */
const isAnswer = ({ httpStatus }: Sample): boolean => httpStatus !== 0;

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** The device that the sample is about. */
function deviceOf({ context = {} }: Sample): Partial<PushMessage> {
  const { targets, deviceRegisteredAtMs, subscriptionVapidKeyIsCurrent: isCurrent } = context;
  return {
    ...(targets?.[0] !== undefined && { cid: targets[0] }),
    ...(deviceRegisteredAtMs !== undefined && { registeredAt: new Date(deviceRegisteredAtMs) }),
    ...(isCurrent !== undefined && {
      subscription: { ...subscription, vapidKey: isCurrent ? vapidPublicKey : 'another-key' },
    }),
  };
}

const ASKED_TWICE = /BadDeviceToken|BadEnvironmentKey/;
const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

describe.each(PROVIDER_NAMES)('a documented answer of %s', (name: ProviderName) => {
  test.each(samples.filter((sample) => sample.provider === name && isAnswer(sample)))(
    '$id is $expected.class $expected.reason',
    async (sample) => {
      const { httpStatus, headers, body, expected } = sample;
      stage = await openStage({
        name,
        answer: (_, response) => response.writeHead(httpStatus, headers).end(textOf(body)),
      });
      const answer = await stage.push(deviceOf(sample));

      expect(answer.class).toBe(expected.class);
      if (expected.reason !== undefined) expect(answer.reason).toBe(expected.reason);
      expect(answer.retryAfterMs).toBe(
        expected.retryAfterSeconds === undefined ? undefined : expected.retryAfterSeconds * 1_000,
      );
      expect(answer.definite).toBe(expected.class !== 'accepted' && expected.ambiguous !== true);
      expect(answer.hold !== undefined).toBe(expected.action === 'open_circuit');
      // A phone of Apple whose environment nobody knows may be the other one's.
      expect(stage.pushes).toHaveLength(ASKED_TWICE.test(textOf(body)) ? 2 : 1);
    },
  );
});

test.each(
  samples.flatMap(({ id, body, expectedPerTarget = {} }) =>
    Object.entries(expectedPerTarget).map(([cid, expected]) => ({ id, body, cid, expected })),
  ),
)('$id says of the phone $cid that it is $expected', async ({ body, cid, expected }) => {
  stage = await openStage({ name: 'unicloud', answer: (_, response) => response.end(textOf(body)) });
  expect(await stage.push({ cid })).toMatchObject({ class: expected });
});

test.each(samples.filter(({ provider }) => provider === 'getui-receipt'))(
  'the receipt $id is $expected.class $expected.reason',
  ({ body, expected }) => {
    const { appid, cid, taskid, msgid, ...rest } = body as Record<string, string>;
    const keys = { appId: appid ?? '', masterSecret: 'secret-1' };
    const sign = createHash('md5').update(`${appid}${cid}${taskid}${msgid}secret-1`).digest('hex');
    const receipts = readGetuiReceipts(JSON.stringify({ ...rest, appid, cid, taskid, msgid, sign }), [keys]);
    expect(receipts).toMatchObject([{ ...expected, cid, taskId: taskid }]);
  },
);

test('there are samples of every provider', () => {
  const counted = PROVIDER_NAMES.map((name) => samples.filter(({ provider }) => provider === name).length);
  expect(counted).toEqual([89, 49, 48, 50, 56]);
});
