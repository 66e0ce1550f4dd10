import { z } from 'zod';
import { MOST_PICKUP_CODES } from '../shipment/masking/pickup-codes';
import { count, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { notification } from './notification-fields';
import type { Operation } from './operation';
import { optionalId, textId } from './request-input';

/** Of a message what its reader has use for. */
const entry = notification
  .pick({
    ...{ message_id: true, aud: true, order_id: true, carrier: true, tracking_no: true },
    ...{ status: true, title: true, body: true, created_at: true },
  })
  .extend({
    pickup_codes: z
      .array(z.string())
      .min(1)
      .max(MOST_PICKUP_CODES)
      .nullable()
      .describe(
        'With what this parcel is collected, for the buyer alone: to their own access token, while it waits. `null` everywhere else.',
      ),
  })
  .meta({ id: 'InboxEntry' });

export const listInbox = {
  method: 'get',
  path: '/api/v1/push/notifications',
  id: 'listInbox',
  tag: 'Devices',
  summary: 'What an owner was told, for the list of messages in an app; the newest first.',
  description:
    '`user_id` or `merchant_id`, one of them; a person who names nobody means themselves. Nothing of deliveries and devices: that is `GET /api/v1/notifications`.',
  access: { scopes: ['devices', 'read'], persons: true },
  query: z.object({
    user_id: optionalId,
    merchant_id: optionalId,
    before: textId.optional().describe('The last `message_id` of the page before.'),
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  answers: { 200: z.object({ ok, notifications: z.array(entry), count }) },
  problems: ['owner-required', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      notifications: [
        {
          message_id: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10:1:delivered:1:user',
          aud: 'user',
          order_id: 'ORDER-20260206-0007',
          carrier: 'yto',
          tracking_no: 'TEST_YT_20260206_0007',
          status: 'delivered',
          title: '您的包裹已签收',
          body: '圆通速递 TEST_YT_20260206_0007',
          created_at: '2026-02-06T02:11:00.000Z',
          pickup_codes: null,
        },
      ],
      count: 1,
    },
  },
} as const satisfies Operation;
