import { z } from 'zod';
import { WEBHOOK_VERDICTS } from '../database/webhook-archive';
import { count, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { optionalId } from './request-input';
import type { Operation } from './operation';

const flaw = z
  .object({
    code: z.string().describe('What kind of flaw: see docs/sources.md.'),
    where: z.string().describe('A field, a row, or a tracking number.'),
    message: z.string(),
  })
  .meta({ id: 'Flaw' });

const webhook = z
  .object({
    id: z.string(),
    source: z.string(),
    channel: z.string(),
    received_at: z.iso.datetime(),
    bytes: z.int().describe('Length of its body.'),
    verdict: z
      .enum(WEBHOOK_VERDICTS)
      .describe('`flawed`: a part was not understood; `empty`: it says nothing about any waybill.'),
    flaws: z.array(flaw),
    workflow_ids: z.array(z.string()),
  })
  .meta({ id: 'Webhook' });

export const listWebhooks = {
  method: 'get',
  path: '/api/v1/webhooks',
  id: 'listWebhooks',
  tag: 'Webhooks',
  summary: 'Which webhooks were accepted, the newest first, and what was not understood of them.',
  description: 'They are archived a second after they were accepted, and kept for `WEBHOOK_RETENTION_DAYS`.',
  access: { scopes: ['read'] },
  query: z.object({
    source: optionalId,
    verdict: z.enum(WEBHOOK_VERDICTS).optional(),
    after: optionalId.describe('The last id of the page before.'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answers: { 200: z.object({ ok, webhooks: z.array(webhook), count }) },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      webhooks: [
        {
          id: '20260302T102000123Z-000001-9f3c21aa',
          source: 'sf',
          channel: 'main',
          received_at: '2026-03-02T10:20:00.123Z',
          bytes: 1471,
          verdict: 'flawed',
          flaws: [
            { code: 'status-unknown', where: 'SF0000000000001', message: 'the status 99999 is in no table' },
          ],
          workflow_ids: ['delivery/sf/sf/SF0000000000001/3f2a9c0d51e874b6a2c1'],
        },
      ],
      count: 1,
    },
  },
} as const satisfies Operation;
