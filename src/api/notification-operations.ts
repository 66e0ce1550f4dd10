import { z } from 'zod';
import { trackingNoField } from '../sources/reading/text';
import { count, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { cidField } from './device-fields';
import { optionalId, textId } from './request-input';
import {
  explainedNotification,
  EXPLANATION_EXAMPLE,
  notification,
  NOTIFICATION_EXAMPLE,
  PUSH_EXAMPLE,
} from './notification-fields';
import type { Operation } from './operation';
import { retried, RETRIED_EXAMPLE, RETRY_EXAMPLE, RETRY_PROBLEMS, retryRequest } from './retry-fields';

const address = z.object({ message_id: textId });

export const listNotifications = {
  method: 'get',
  path: '/api/v1/notifications',
  id: 'listNotifications',
  tag: 'Notifications',
  summary: 'Which messages there are, the newest first.',
  description: '`temporal_ui` is `null` for rows that the old system made.',
  access: { scopes: ['read'] },
  query: z.object({
    recipient_id: optionalId,
    order_id: optionalId,
    tracking_no: trackingNoField.optional(),
    cid: cidField.optional().describe('Of a phone that it was pushed to.'),
    before: textId.optional().describe('The last `message_id` of the page before.'),
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
  access: { scopes: ['read'] },
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
  access: { scopes: ['retry'] },
  params: address,
  body: retryRequest,
  bodyOptional: true,
  answers: { 200: retried },
  problems: ['notification-unknown', 'not-a-delivery', ...RETRY_PROBLEMS],
  examples: { body: RETRY_EXAMPLE, answer: RETRIED_EXAMPLE },
} as const satisfies Operation;
