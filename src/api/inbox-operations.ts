import { z } from 'zod';
import { count, ok, pickupCodes } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { notification } from './notification-fields';
import type { Operation } from './operation';
import { pageCursor } from './page-cursor';
import { optionalId, textId } from './request-input';

/** More unread messages are not counted: an app shows `99+`. */
export const MOST_UNREAD = 100;
/** A page, and what is marked by name at once. */
const MOST_MESSAGES = 100;

/** Of a message what its reader has use for. */
const entry = notification
  .pick({
    ...{ message_id: true, aud: true, order_id: true, carrier: true, tracking_no: true },
    ...{ status: true, title: true, body: true, created_at: true },
  })
  .extend({
    read: z.boolean().describe('Whether somebody has marked it so; a merchant’s people share the mark.'),
    pickup_codes: pickupCodes,
  })
  .meta({ id: 'InboxEntry' });

const unread = count
  .max(MOST_UNREAD)
  .describe(`How many messages are not read; ${MOST_UNREAD} stands for as many or more.`);

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
    unread: z.enum(['true', 'false']).optional().describe('Only what is not read, or only what is.'),
    before: pageCursor.optional().describe('`next` of the page before.'),
    limit: z.coerce.number().int().min(1).max(MOST_MESSAGES).default(20),
  }),
  answers: {
    200: z.object({
      ok,
      notifications: z.array(entry),
      count,
      unread,
      next: z.string().nullable().describe('What to send as `before` for the next page; `null` at the end.'),
    }),
  },
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
          read: false,
          pickup_codes: null,
        },
      ],
      count: 1,
      unread: 1,
      next: null,
    },
  },
} as const satisfies Operation;

export const markInbox = {
  method: 'post',
  path: '/api/v1/push/notifications/read',
  id: 'markInbox',
  tag: 'Devices',
  summary: 'Messages are read now, or not any more.',
  description:
    'Some by their `message_ids`, or all that were written `until` a moment. What is marked so already stays so: it may be sent again. One id that is not the owner’s, or not there any more, and nothing is marked.',
  access: { scopes: ['devices'], persons: true },
  body: z
    .object({
      user_id: optionalId.describe(
        'Whose: this or `merchant_id`; a person who names nobody means themselves.',
      ),
      merchant_id: optionalId,
      message_ids: z.array(textId).min(1).max(MOST_MESSAGES).optional(),
      until: z.iso
        .datetime({ offset: true })
        .transform((text) => new Date(text))
        .optional()
        .describe('In place of `message_ids`: such as `created_at` of the newest message that was shown.'),
      read: z.boolean().default(true).describe('`false` takes the mark away; not with `until`.'),
    })
    .meta({ id: 'InboxMark' }),
  answers: {
    200: z.object({
      ok,
      marked: count.describe('How many have another mark now.'),
      unread,
      more: z.boolean().describe('Too many for one request: send it again for the others.'),
    }),
  },
  problems: ['owner-required', 'notification-unknown', ...DATABASE_PROBLEMS],
  examples: {
    body: { message_ids: ['6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10:1:delivered:1:user'], read: true },
    answer: { ok: true, marked: 1, unread: 0, more: false },
  },
} as const satisfies Operation;
