import { z } from 'zod';
import { ERASED_KINDS, ERASURE_KINDS, REMAINS, type RemainsKind } from '../shipment/erasure';
import { carrierField, trackingNoField } from '../sources/reading/text';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import type { Operation } from './operation';
import { optionalId, textId, words } from './request-input';

const erased = z
  .partialRecord(z.enum(ERASED_KINDS), count)
  .describe('Rows and histories by kind; a kind of which there is nothing is left out.');

const remains = z
  .object({
    kind: z.enum(Object.keys(REMAINS) as [RemainsKind, ...RemainsKind[]]),
    words: z.string(),
    count: count.nullable().describe('`null`: nobody counts them.'),
    until: moment.nullable().describe('When the last of it ends by itself.'),
    names: z.array(z.string()).describe('Ids of the first 20, where they have some.'),
  })
  .meta({ id: 'ErasureRemains' });

const left = z.array(remains).describe('What stays, and why.');

export const startErasure = {
  method: 'post',
  path: '/api/v1/erasures',
  id: 'startErasure',
  tag: 'Erasure',
  summary: 'Erases what is kept about a buyer, an order or a waybill.',
  description:
    'Give one of `user_id`, `order_id` and `tracking_no`. It is written down, and done in the background; the same asked for again while it is under way is the same erasure. What is left is named, with the day on which it ends.',
  access: { scopes: ['erase'] },
  body: z
    .object({
      user_id: optionalId.describe('A buyer: their phones, messages, and all their parcels.'),
      order_id: optionalId.describe('An order: its parcels.'),
      tracking_no: trackingNoField.optional().describe('A waybill.'),
      carrier: carrierField
        .optional()
        .describe('Of the waybill; every carrier’s of that number when absent.'),
      reason: words(200).optional().describe('Why; kept in the audit. No name belongs here.'),
      dry_run: z.boolean().default(false).describe('Only say what would go, and what would be left.'),
    })
    .meta({ id: 'ErasureRequest' }),
  forAudit: ({ user_id, order_id, reason, dry_run }: Record<string, unknown>) => ({
    kind: user_id !== undefined ? 'user' : order_id !== undefined ? 'order' : 'waybill',
    reason,
    dry_run,
  }),
  answers: {
    200: z.object({
      ok,
      dry_run: z.boolean(),
      erasure_id: z
        .string()
        .nullable()
        .describe('For `GET /api/v1/erasures/{erasure_id}`; none in a dry run.'),
      parcels: count.nullable().describe('In a dry run, how many it is about.'),
      looked_at: count.describe('In a dry run, of how many of them it was counted what would go; else 0.'),
      erased: erased.describe(
        'In a dry run, what would go of them; histories are not counted. Else nothing.',
      ),
      left,
    }),
  },
  problems: [...DATABASE_PROBLEMS],
  examples: {
    body: { user_id: '0a000000-0000-4000-8000-000000000001', reason: 'account closed' },
    answer: {
      ok: true,
      dry_run: false,
      erasure_id: '0f0e8a52-9c1f-4d2f-8f11-5d2f6f0f8a11',
      parcels: null,
      looked_at: 0,
      erased: {},
      left: [],
    },
  },
} as const satisfies Operation;

export const showErasure = {
  method: 'get',
  path: '/api/v1/erasures/{erasure_id}',
  id: 'showErasure',
  tag: 'Erasure',
  summary: 'How far an erasure is, what went, and what is left.',
  description: 'Whom or what it is about is forgotten with it. Kept for `AUDIT_RETENTION_DAYS`.',
  access: { scopes: ['erase'] },
  params: z.object({ erasure_id: textId }),
  answers: {
    200: z.object({
      ok,
      erasure_id: z.string(),
      kind: z.enum(ERASURE_KINDS),
      state: z.enum(['asked', 'running', 'done']).describe('`asked`: no worker has begun it yet.'),
      requested_by: z.string().describe('The name of a key; `database`: `waybell.request_erasure`.'),
      requested_at: moment,
      done_at: moment.nullable(),
      parcels: count.nullable().describe('`null` until they are listed.'),
      parcels_done: count.describe('Gone through twice, the second time a minute later; then it is done.'),
      erased,
      left,
    }),
  },
  problems: ['erasure-unknown', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      erasure_id: '0f0e8a52-9c1f-4d2f-8f11-5d2f6f0f8a11',
      kind: 'user',
      state: 'done',
      requested_by: 'desk',
      requested_at: '2026-03-02T10:20:00.000Z',
      done_at: '2026-03-02T10:21:04.000Z',
      parcels: 2,
      parcels_done: 2,
      erased: {
        devices: 1,
        notifications: 5,
        pushes: 5,
        scans: 9,
        deliveries: 9,
        webhook_bodies: 8,
        histories: 9,
      },
      left: [
        {
          kind: 'shared-webhooks',
          words: REMAINS['shared-webhooks'].en,
          count: 1,
          until: '2026-03-30T08:00:00.000Z',
          names: ['20260228T080000123Z-000001-9f3c21aa'],
        },
      ],
    },
  },
} as const satisfies Operation;
