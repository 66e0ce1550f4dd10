import { z } from 'zod';
import { ATTENTION_KINDS, ENDS_BY } from '../shipment/attention';
import { count, moment, ok, temporalUi } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { explanation } from './notification-fields';
import { words } from './request-input';
import type { Operation } from './operation';

/** A moment, a workflow id and two short words. */
const MAX_CURSOR_LENGTH = 700;

const entry = z
  .object({
    kind: z.enum(ATTENTION_KINDS),
    carrier: z.string().nullable(),
    tracking_no: z.string().nullable(),
    message_ids: z.array(z.string()),
    audience: z.string().nullable().describe('`user` or `merchant`; none where it is not about one of them.'),
    since: moment,
    until: moment
      .nullable()
      .describe('When it is given up, or tried again; none: it waits until it is ended.'),
    ends_by: z.string().describe('In words, what would end it.'),
    words: z.string().describe('What there is to say besides, such as the words of a provider.'),
    alarm: z.boolean().describe('Whether it is overdue: it should not wait any more.'),
    why: z.string().nullable().describe('Why it is overdue.'),
    explanation: explanation.nullable().describe('`words` in both languages; none where they are empty.'),
    alarm_explanation: explanation.nullable().describe('`why` in both languages.'),
    workflow_id: z.string().nullable(),
    temporal_ui: temporalUi,
  })
  .meta({ id: 'Attention' });
export type AttentionEntry = z.input<typeof entry>;

export const showAttention = {
  method: 'get',
  path: '/api/v1/attention',
  id: 'showAttention',
  tag: 'Health',
  summary: 'All that waits: why, since when, until when, and what would end it.',
  description:
    'What waits longest comes first; before all: held providers, the journals, whatever is away, and deliveries under way that nobody carries on.',
  access: { scopes: ['read'] },
  query: z.object({
    kind: z.enum(ATTENTION_KINDS).optional(),
    after: words(MAX_CURSOR_LENGTH).optional().describe('`next` of the page before.'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answers: {
    200: z.object({
      ok,
      counts: z.record(z.string(), count).describe('Deliveries by kind, on all pages.'),
      lists: z
        .record(z.string(), z.url())
        .describe('Where the Temporal UI lists them, by kind; what has no list there has none here.'),
      overdue: count.describe('How much of all is overdue, whatever this page shows.'),
      attention: z.array(entry),
      next: z.string().nullable(),
    }),
  },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      counts: { 'push-failed': 1 },
      lists: {
        'push-failed':
          'http://127.0.0.1:8233/namespaces/default/workflows?query=WorkflowType%3D%22DeliveryNotification%22%20AND%20Attention%3D%22push-failed%22%20AND%20ExecutionStatus%3D%22Running%22',
      },
      overdue: 0,
      attention: [
        {
          kind: 'push-failed',
          carrier: 'yto',
          tracking_no: 'TEST_YT_20260206_0007',
          message_ids: ['6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10:1:delivered:1:user'],
          audience: 'user',
          since: '2026-02-06T02:11:00.000Z',
          until: '2026-02-13T02:11:00.000Z',
          ends_by: ENDS_BY['push-failed'],
          words: '',
          alarm: false,
          why: null,
          explanation: null,
          alarm_explanation: null,
          workflow_id: 'delivery/own-system/yto/TEST_YT_20260206_0007/3f2a9c0d51e874b6a2c1',
          temporal_ui:
            'http://127.0.0.1:8233/namespaces/default/workflows/delivery%2Fown-system%2Fyto%2FTEST_YT_20260206_0007%2F3f2a9c0d51e874b6a2c1',
        },
      ],
      next: null,
    },
  },
} as const satisfies Operation;
