import { z } from 'zod';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import type { Operation } from './operation';
import { words } from './request-input';

const entry = z
  .object({
    id: z.string(),
    at: moment,
    actor: z
      .string()
      .describe('The name of the key (`full#1`: the first of `API_KEYS`), or `command:<user>`.'),
    place: z.string().describe('The address that asked, or the machine of the command.'),
    action: z.string().describe('An operation of this description, or a command.'),
    subject: z.string(),
    asked: z.string().describe('What was asked for, as JSON; the first 2,000 characters.'),
    outcome: z
      .string()
      .nullable()
      .describe('`done`, or the code of the refusal; `null` when the process ended before it knew.'),
  })
  .meta({ id: 'AuditEntry' });

export const showAudit = {
  method: 'get',
  path: '/api/v1/audit',
  id: 'showAudit',
  tag: 'Health',
  summary: 'Who decided what, the newest first.',
  description:
    'Retries, links, releases, given up journals, changes of keys and channels, replays and imports. Kept for `AUDIT_RETENTION_DAYS`.',
  access: { scopes: ['admin'] },
  query: z.object({
    actor: words(128).optional(),
    since: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .optional(),
    before: z
      .string()
      .regex(/^\d{1,18}$/, 'must be the id of an entry')
      .optional()
      .describe('The last id of the page before.'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answers: { 200: z.object({ ok, audit: z.array(entry), count }) },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      audit: [
        {
          id: '107',
          at: '2026-02-06T02:11:00.000Z',
          actor: 'support-desk',
          place: '10.0.0.7',
          action: 'retryDelivery',
          subject: 'TEST_YT_20260206_0007',
          asked: '{"operator":"ann","reason":"the provider was misconfigured"}',
          outcome: 'done',
        },
      ],
      count: 1,
    },
  },
} as const satisfies Operation;
