import { z } from 'zod';
import { ENDS_BY } from '../shipment/attention';
import { CONTRADICTIONS } from '../shipment/contradicting-rows';
import { ATTENTIONS } from '../shipment/delivery';
import { END_REASONS } from '../shipment/end-reason';
import { explainDelivery } from '../shipment/explain-delivery';
import { AUDIENCES } from '../shipment/update';
import { WITHHELD } from '../shipment/who-is-told';
import { count, moment, ok, temporalUi } from './answer-fields';
import { refusal, REFUSAL_EXAMPLE } from './channel-operations';
import { DATABASE_PROBLEMS } from './database-problem';
import { words } from './request-input';
import { explainedNotification, explanation } from './notification-fields';
import type { Operation } from './operation';
import {
  MAX_NAME_LENGTH,
  retried,
  RETRIED_EXAMPLE,
  RETRY_EXAMPLE,
  RETRY_PROBLEMS,
  retryRequest,
} from './retry-fields';

/** How people name a delivery. */
const name = words(MAX_NAME_LENGTH)
  .trim()
  .min(1)
  .describe('A tracking number in any spelling, a message_id or a workflow id.');

const delivery = z
  .object({
    workflow_id: z.string(),
    carrier: z.string().nullable(),
    tracking_no: z.string().nullable(),
    status: z
      .string()
      .nullable()
      .describe('What it tells; none when it tells nothing, or has not been decided.'),
    state: z.enum(['open', 'closed', 'kept']).describe('`kept`: a journal has it, and Temporal not yet.'),
    outcome: z.string().nullable().describe('How it ended; none while it is open.'),
    reason: z
      .enum(END_REASONS)
      .nullable()
      .describe('Why it ended so, as a code; none while it is open. `explanation` says it in words.'),
    since: moment.nullable(),
    ended_at: moment.nullable().describe('None while it is open.'),
    explanation: explanation.nullable().describe('Why nobody was told; none where its notifications say it.'),
    near: z
      .array(z.object({ carrier: z.string().nullable(), order_id: z.string().nullable() }))
      .describe(
        'Where it lacks an order: what else the shop’s table has under its number, which may be the same parcel.',
      ),
    named_order: z
      .string()
      .nullable()
      .describe('Where it waits for an order: the id that its waybill names, which the shop may not have.'),
    contradictions: z
      .array(z.object({ code: z.enum(CONTRADICTIONS), explanation }))
      .describe(
        'What rows of the shop’s table with its number, this one among them, cannot all be right about.',
      ),
    waits: z.array(
      z.object({
        kind: z.enum(ATTENTIONS),
        audience: z.string().nullable(),
        since: z.string(),
        until: z.string(),
        ends_by: z.string(),
      }),
    ),
    withheld: z
      .array(z.object({ audience: z.enum(AUDIENCES), reason: z.enum(WITHHELD), explanation }))
      .describe('Whom the order names, and who is told nothing all the same: what the order’s state says.'),
    problem: z
      .object({
        step: z.string(),
        type: z
          .string()
          .nullable()
          .describe('The type of the failure, such as `ProviderHeld`: docs/errors.md has ours.'),
        words: z.string(),
        attempts: count,
      })
      .nullable()
      .describe('What a step of it fails with at the moment.'),
    notifications: z.array(explainedNotification),
    temporal_ui: temporalUi,
  })
  .meta({ id: 'Delivery' });

export type DeliveryAnswer = z.input<typeof delivery>;

export const explainDeliveries = {
  method: 'get',
  path: '/api/v1/deliveries',
  id: 'explainDeliveries',
  tag: 'Notifications',
  summary: 'Why somebody got no push: all that is known of a parcel, in one answer.',
  description:
    'Three deliveries of a parcel, those that are open before the newest, or the one that is named; and, for a tracking number, requests about it that were refused in the last seven days. There may be only those.',
  access: { scopes: ['read'] },
  query: z.object({ name }),
  answers: {
    200: z.object({
      ok,
      deliveries: z.array(delivery),
      refused: z
        .array(refusal.extend({ source: z.string(), channel: z.string() }))
        .describe('Requests about this number that were refused, the newest first.'),
    }),
  },
  problems: ['delivery-unknown', 'temporal-unavailable', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      deliveries: [
        {
          workflow_id: 'delivery/own-system/yto/TEST_YT_20260206_0099/3f2a9c0d51e874b6a2c1',
          carrier: 'yto',
          tracking_no: 'TEST_YT_20260206_0099',
          status: 'delivered',
          state: 'open',
          outcome: null,
          reason: null,
          since: '2026-02-06T02:11:00.000Z',
          ended_at: null,
          explanation: explainDelivery({
            verdict: 'announce',
            rawStatus: 'delivered',
            readAs: 'delivered',
            outcome: null,
            reason: null,
            waitsFor: ['order-not-found'],
            notifications: 0,
          }),
          near: [],
          named_order: null,
          contradictions: [],
          waits: [
            {
              kind: 'order-not-found',
              audience: null,
              since: '2026-02-06T02:11:00.000Z',
              until: '2026-02-09T02:11:00.000Z',
              ends_by: ENDS_BY['order-not-found'],
            },
          ],
          withheld: [],
          problem: null,
          notifications: [],
          temporal_ui:
            'http://127.0.0.1:8233/namespaces/default/workflows/delivery%2Fown-system%2Fyto%2FTEST_YT_20260206_0099%2F3f2a9c0d51e874b6a2c1',
        },
      ],
      refused: [
        {
          ...REFUSAL_EXAMPLE,
          ...{ source: 'kuaidi100', channel: 'main', tracking_no: 'TEST_YT_20260206_0099' },
        },
      ],
    },
  },
} as const satisfies Operation;

export const retryDelivery = {
  method: 'post',
  path: '/api/v1/deliveries/{name}/retry',
  id: 'retryDelivery',
  tag: 'Notifications',
  summary: 'Tries one delivery again.',
  description:
    'An open delivery is asked, and refuses when there is nothing to do. A closed one is started again, also when Temporal has forgotten it. Percent-encode the name: a workflow id has slashes.',
  access: { scopes: ['retry'] },
  params: z.object({ name }),
  body: retryRequest
    .extend({
      dry_run: z
        .boolean()
        .default(false)
        .describe('Only say, or refuse, as the retry itself would; nothing is tried.'),
    })
    .meta({ id: 'DeliveryRetry' }),
  bodyOptional: true,
  answers: {
    200: retried.extend({ run_id: retried.shape.run_id.nullable().describe('`null` in a dry run.') }),
  },
  problems: ['delivery-unknown', ...RETRY_PROBLEMS],
  examples: { body: { ...RETRY_EXAMPLE, dry_run: false }, answer: RETRIED_EXAMPLE },
} as const satisfies Operation;
