import { z } from 'zod';
import { printable, trackingNoField } from '../sources/reading/text';
import { count, ok, temporalUi } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { optionalId, requiredId, textId } from './request-input';
import {
  explainedNotification,
  EXPLANATION_EXAMPLE,
  notification,
  NOTIFICATION_EXAMPLE,
  PUSH_EXAMPLE,
} from './notification-fields';
import type { Operation } from './operation';

const address = z.object({ message_id: textId });

/** Words from a person, kept in a history. */
const optionalWords = z
  .string()
  .max(200)
  .refine(printable, 'must not hold control characters')
  .nullish()
  .transform((words) => words ?? undefined);

export const listNotifications = {
  method: 'get',
  path: '/api/v1/notifications',
  id: 'listNotifications',
  tag: 'Notifications',
  summary: 'Which messages there are, the newest first.',
  description: '`temporal_ui` is `null` for rows that the old system made.',
  access: 'key',
  query: z.object({
    recipient_id: optionalId,
    tracking_no: trackingNoField.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answers: { 200: z.object({ ok, notifications: z.array(notification), count }) },
  problems: DATABASE_PROBLEMS,
  examples: { answer: { ok: true, notifications: [NOTIFICATION_EXAMPLE], count: 1 } },
} as const satisfies Operation;

export const showNotification = {
  method: 'get',
  path: '/api/v1/notifications/{message_id}',
  id: 'showNotification',
  tag: 'Notifications',
  summary: 'One message, what happened on each device, and why a phone showed nothing.',
  description:
    'Accepted, delivered, shown, clicked and dropped are different words: the first is the provider’s answer, `delivered_at` and `loss_reason` its later report, `shown_at` and `clicked_at` the phone’s own word.',
  access: 'key',
  params: address,
  answers: { 200: z.object({ ok, notification: explainedNotification }) },
  problems: ['notification-unknown', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      notification: { ...NOTIFICATION_EXAMPLE, explanation: EXPLANATION_EXAMPLE, pushes: [PUSH_EXAMPLE] },
    },
  },
} as const satisfies Operation;

export const retryNotification = {
  method: 'post',
  path: '/api/v1/notifications/{message_id}/retry',
  id: 'retryNotification',
  tag: 'Notifications',
  summary: 'Tries the delivery of a message again.',
  description:
    'An open delivery is asked, and refuses when there is nothing to do. A closed one is started again, also when Temporal has forgotten it.',
  access: 'key',
  params: address,
  body: z
    .object({
      operator: optionalWords.describe('Who asks.'),
      reason: optionalWords.describe('Why.'),
      devices: z
        .array(requiredId)
        .min(1)
        .max(100)
        .optional()
        .describe('Ids or cids of devices; everything that failed when absent.'),
    })
    .meta({ id: 'RetryRequest' }),
  bodyOptional: true,
  answers: {
    200: z.object({
      ok,
      workflow_id: z.string(),
      run_id: z.string(),
      restarted: z.boolean().describe('Whether the delivery had closed and was started again.'),
      message: z.string().describe('In words, what will be tried.'),
      temporal_ui: temporalUi,
    }),
  },
  problems: [
    'notification-unknown',
    'not-a-delivery',
    'nothing-to-retry',
    'history-gone',
    'temporal-unavailable',
    'worker-unavailable',
    ...DATABASE_PROBLEMS,
  ],
  examples: {
    body: { operator: 'ann', reason: 'the provider was misconfigured', devices: ['f7a1c0de'] },
    answer: {
      ok: true,
      workflow_id: 'delivery/own-system/yto/TEST_YT_20260206_0007/3f2a9c0d51e874b6a2c1',
      run_id: '01964f0e-7c1b-7a52-9c1f-5d2f6f0f8a11',
      restarted: false,
      message: 'The retry has begun.',
      temporal_ui:
        'http://127.0.0.1:8233/namespaces/default/workflows/delivery%2Fown-system%2Fyto%2FTEST_YT_20260206_0007%2F3f2a9c0d51e874b6a2c1/01964f0e-7c1b-7a52-9c1f-5d2f6f0f8a11',
    },
  },
} as const satisfies Operation;
