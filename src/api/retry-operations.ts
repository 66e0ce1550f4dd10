import { z } from 'zod';
import { retryWords } from '../shipment/retry-words';
import { count, moment, ok, temporalUi } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { requiredId, tellsOld, textId, words } from './request-input';
import { explanation } from './notification-fields';
import type { Operation } from './operation';
import { MAX_NAME_LENGTH } from './retry-fields';

/** A body of 1 MiB holds so many of usual length. */
const MAX_NAMES = 5_000;
const MAX_QUERY_LENGTH = 2_000;

const said = {
  words: z.string(),
  explanation: explanation.describe('`words` in both languages; what others have said stays as it is.'),
};
const plan = z
  .object({
    workflow_id: z.string(),
    kind: z.enum(['ask', 'restart', 'refused']),
    ...said,
  })
  .meta({ id: 'RetryPlan' });
const refusal = z.object({ workflow_id: z.string(), ...said }).meta({ id: 'RetryRefusal' });

export const startRetries = {
  method: 'post',
  path: '/api/v1/retries',
  id: 'startRetries',
  tag: 'Notifications',
  summary: 'Tries many deliveries again, at a rate.',
  description:
    'Open deliveries are asked, closed ones are started again, also those that Temporal has forgotten. Each that has nothing to do refuses with its reason. Give `ids` or `query`.',
  access: { scopes: ['retry'] },
  body: z
    .object({
      ids: z
        .array(words(MAX_NAME_LENGTH))
        .min(1)
        .max(MAX_NAMES)
        .optional()
        .describe('message_ids, tracking numbers (the newest delivery of the parcel) or workflow ids.'),
      query: words(MAX_QUERY_LENGTH)
        .optional()
        .describe('As in the Temporal UI: `Carrier="yto" AND Attention="push-failed"`.'),
      rate: z.number().int().min(1).max(200).default(20).describe('Deliveries per second, at most.'),
      operator: words(200).optional().describe('Who asks.'),
      reason: words(200).optional().describe('Why.'),
      devices: z.array(requiredId).min(1).max(100).optional().describe('Only these devices (ids or cids).'),
      force: tellsOld,
      dry_run: z.boolean().default(false).describe('Only say what would happen.'),
    })
    .meta({ id: 'Retries' }),
  answers: {
    200: z.object({
      ok,
      dry_run: z.boolean(),
      found: count.describe('Deliveries; with `query`, their runs, of which some may be of one delivery.'),
      first: z.array(z.string()).describe('The first 20 of them.'),
      plan: z.array(plan).describe('In a dry run, what each of the first 20 would do now; otherwise empty.'),
      unknown: z.array(z.string()).describe('Ids that name no delivery; the first 100.'),
      retry_id: z.string().nullable().describe('For `GET /api/v1/retries/{retry_id}`; none in a dry run.'),
      workflow_id: z.string().nullable(),
      temporal_ui: temporalUi,
    }),
  },
  problems: ['query-malformed', 'delivery-unknown', 'temporal-unavailable', ...DATABASE_PROBLEMS],
  examples: {
    body: {
      query: 'Carrier="yto" AND Attention="push-failed"',
      rate: 50,
      operator: 'ann',
      reason: 'cloud function repaired',
    },
    answer: {
      ok: true,
      dry_run: false,
      found: 1,
      first: ['delivery/own-system/yto/TEST_YT_20260206_0007/3f2a9c0d51e874b6a2c1'],
      plan: [],
      unknown: [],
      retry_id: '0f0e8a52-9c1f-4d2f-8f11-5d2f6f0f8a11',
      workflow_id: 'bulk-retry/0f0e8a52-9c1f-4d2f-8f11-5d2f6f0f8a11',
      temporal_ui:
        'http://127.0.0.1:8233/namespaces/default/workflows/bulk-retry%2F0f0e8a52-9c1f-4d2f-8f11-5d2f6f0f8a11',
    },
  },
} as const satisfies Operation;

export const showRetries = {
  method: 'get',
  path: '/api/v1/retries/{retry_id}',
  id: 'showRetries',
  tag: 'Notifications',
  summary: 'How far a bulk retry has come, and which deliveries refused.',
  access: { scopes: ['read', 'retry'] },
  params: z.object({ retry_id: textId }),
  query: z.object({
    after: words(MAX_NAME_LENGTH).optional().describe('The last workflow_id of the refusals before.'),
    limit: z.coerce.number().int().min(1).max(1_000).default(100).describe('Refusals to show.'),
  }),
  answers: {
    200: z.object({
      ok,
      retry_id: z.string(),
      state: z.enum(['running', 'done', 'stopped']).describe('`stopped`: ended from outside.'),
      found: count,
      asked: count.describe('Open deliveries that try again.'),
      restarted: count.describe('Closed deliveries that were started again.'),
      refused: count,
      refusals: z.array(refusal),
      started_at: moment,
      temporal_ui: temporalUi,
    }),
  },
  problems: ['retry-unknown', 'temporal-unavailable', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      retry_id: '0f0e8a52-9c1f-4d2f-8f11-5d2f6f0f8a11',
      state: 'done',
      found: 3,
      asked: 1,
      restarted: 1,
      refused: 1,
      refusals: [
        {
          workflow_id: 'delivery/own-system/yto/TEST_YT_20260206_0007/3f2a9c0d51e874b6a2c1',
          words: retryWords('allAccepted').en,
          explanation: retryWords('allAccepted'),
        },
      ],
      started_at: '2026-02-06T02:11:00.000Z',
      temporal_ui:
        'http://127.0.0.1:8233/namespaces/default/workflows/bulk-retry%2F0f0e8a52-9c1f-4d2f-8f11-5d2f6f0f8a11',
    },
  },
} as const satisfies Operation;
