import { z } from 'zod';
import { NOTIFICATION_PERMISSIONS } from '../shipment/device';
import { PUSH_TEST_STATES } from '../shipment/push-test';
import { moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { appidField, cidField } from './device-fields';
import { explanation } from './notification-fields';
import type { Operation } from './operation';
import { textId } from './request-input';

const device = z
  .object({
    appid: z.string(),
    cid: z.string(),
    user_id: z.string().nullable(),
    merchant_id: z.string().nullable(),
    platform: z.string().nullable(),
    brand: z.string().nullable(),
    notifications: z.enum(NOTIFICATION_PERMISSIONS).nullable(),
    provider: z.string(),
    registered_at: moment,
    last_seen_at: moment,
  })
  .meta({
    id: 'TestedDevice',
    description: 'The phone, as it is registered; of its owners nothing but ids.',
  });

const temporalUi = z.url().nullable().describe('The test in the Temporal UI, where that is known.');

const TEST_ID = '5b0c7f0e-0d6f-4c0b-9a39-3c1f4f6f8a77';
const DEVICE_EXAMPLE = {
  appid: 'default',
  cid: 'f7a1c0de',
  user_id: 'user-0007',
  merchant_id: null,
  platform: 'android',
  brand: 'HUAWEI',
  notifications: 'allowed',
  provider: 'unicloud',
  registered_at: '2026-02-06T02:11:00.000Z',
  last_seen_at: '2026-02-06T02:11:00.000Z',
};
const UI_EXAMPLE = `http://127.0.0.1:8233/namespaces/default/workflows/push-test%2F${TEST_ID}`;

export const startPushTest = {
  method: 'post',
  path: '/api/v1/push-tests',
  id: 'startPushTest',
  tag: 'Push providers',
  summary: 'Sends one test message to one phone, on the way of every push.',
  description:
    'Through Temporal, a worker and the provider of the phone, in one request. The text is about no parcel. Neither the answer nor its absence retires the phone or holds the provider. `PUSH_ONLY_TO`, `SHADOW` and a hold are respected, and said. At most 10 in a minute, of all phones together.',
  access: { scopes: ['test'] },
  body: z.object({ cid: cidField, appid: appidField }).meta({ id: 'PushTestRequest' }),
  forAudit: ({ cid, appid }: Record<string, unknown>) => ({ cid_ends: String(cid).slice(-4), appid }),
  answers: {
    200: z.object({
      ok,
      test_id: z.string().describe('For `GET /api/v1/push-tests/{test_id}`.'),
      device,
      temporal_ui: temporalUi,
    }),
  },
  problems: ['device-unknown', 'device-retired', 'temporal-unavailable', ...DATABASE_PROBLEMS],
  examples: {
    body: { cid: 'f7a1c0de' },
    answer: { ok: true, test_id: TEST_ID, device: DEVICE_EXAMPLE, temporal_ui: UI_EXAMPLE },
  },
} as const satisfies Operation;

export const showPushTest = {
  method: 'get',
  path: '/api/v1/push-tests/{test_id}',
  id: 'showPushTest',
  tag: 'Push providers',
  summary: 'What came back of a test message, and what to expect of the phone.',
  description: 'Kept for seven days, and no longer than the phone.',
  access: { scopes: ['test'] },
  params: z.object({ test_id: textId }),
  answers: {
    200: z.object({
      ok,
      test_id: z.string(),
      state: z
        .enum(PUSH_TEST_STATES)
        .describe(
          '`asked`: no worker has taken it; `withheld`: the settings keep this phone, or everybody, from being told; `held`: all pushes of the provider wait.',
        ),
      code: z.string().nullable().describe('Our word for the answer; `null` before it.'),
      words: z.string().nullable().describe('The provider’s own.'),
      explanation: explanation.describe('What that means, and what to do.'),
      device: device.nullable().describe('`null` when it is not registered any more.'),
      request_id: z.string().nullable().describe('As the provider was given it.'),
      provider_id: z.string().nullable().describe('As the provider calls the message.'),
      message_id: z.string().describe('As the phone gets it, for its receipt.'),
      asked_at: moment,
      sent_at: moment.nullable(),
      answered_at: moment.nullable(),
      delivered_at: moment.nullable().describe('The provider’s later report: it reached the phone.'),
      loss_reason: z.string().nullable(),
      loss_words: z.string().nullable(),
      shown_at: moment.nullable().describe('The phone’s own word.'),
      clicked_at: moment.nullable(),
      outlook: z
        .array(explanation)
        .describe(
          'What the phone does with what its provider has taken, as far as its provider and what its app has said of it tell; with it, what the maker is told by `MESSAGE_CLASSES`.',
        ),
      temporal_ui: temporalUi,
    }),
  },
  problems: ['push-test-unknown', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      test_id: TEST_ID,
      state: 'accepted',
      code: 'offline_or_vendor',
      words: 'successed_offline',
      explanation: {
        en: 'The app is not running: the push is stored, or was given to the phone’s vendor.',
        zh: '应用未运行：推送已离线保存或转给手机厂商。',
      },
      device: DEVICE_EXAMPLE,
      request_id: '0f2d6c1b9a7e4f3d8c5b6a7980112233',
      provider_id: 'RASS_0206_3f2a9c0d51e8',
      message_id: `push-test:${TEST_ID}`,
      asked_at: '2026-02-06T02:12:00.000Z',
      sent_at: '2026-02-06T02:12:00.100Z',
      answered_at: '2026-02-06T02:12:00.300Z',
      delivered_at: null,
      loss_reason: null,
      loss_words: null,
      shown_at: '2026-02-06T02:12:02.000Z',
      clicked_at: null,
      outlook: [
        {
          en: 'While the app runs the message goes to the app, which draws it.',
          zh: 'App 正在运行时，消息交给 App 显示。',
        },
      ],
      temporal_ui: UI_EXAMPLE,
    },
  },
} as const satisfies Operation;
