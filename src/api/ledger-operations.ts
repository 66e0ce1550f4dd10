import { z } from 'zod';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { explanation } from './notification-fields';
import { textId } from './request-input';
import type { Operation } from './operation';

const byReason = z.record(z.string(), count);

const ledger = z.object({
  ok,
  since: moment,
  until: moment.describe('Now; with several API processes a second or two ago.'),
  closes: z
    .boolean()
    .describe('Whether everything is accounted for. If not, something was lost or left: see `differences`.'),
  updates: z
    .object({
      accepted: count,
      duplicate: count,
      stale: count.describe('Stored, and moves nothing: old scans, and words that are not known.'),
      decided: count,
      waiting: count.describe('Temporal has it, the database not yet.'),
      not_handed_over: count.describe('Kept by a journal, for want of Temporal.'),
    })
    .describe('accepted = the sum of the others.'),
  audiences: z
    .object({
      expected: count.describe('Two for each decided update: buyer and merchant.'),
      notified: count.describe('At least one push was accepted.'),
      suppressed: byReason,
      failed: byReason,
      waiting: byReason,
    })
    .describe('expected = the sum of the others.'),
  differences: z
    .array(z.object({ workflow_id: z.string(), problem: z.string(), explanation }))
    .describe(
      'What was lost, contradicts itself, or is not at its end while no workflow carries it on; the first 100.',
    ),
  unheard: z
    .array(z.object({ journal_id: z.string(), place: z.string(), heard_at: moment }))
    .describe('Journals of API processes that are not heard of: what they took since is not counted.'),
});
export type LedgerAnswer = z.input<typeof ledger>;

export const showLedger = {
  method: 'get',
  path: '/api/v1/ledger',
  id: 'showLedger',
  tag: 'Health',
  summary: 'Accounts for every update that was accepted, and for everybody who was to be told.',
  description: 'Journal, archive and decisions, checked against Temporal. Each equation closes at any time.',
  access: { scopes: ['read'] },
  query: z.object({
    since: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .describe('ISO 8601 with an offset.'),
  }),
  answers: { 200: ledger },
  problems: ['temporal-unavailable', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      since: '2026-02-06T00:00:00.000Z',
      until: '2026-02-06T02:11:00.000Z',
      closes: true,
      updates: { accepted: 12, duplicate: 3, stale: 2, decided: 6, waiting: 1, not_handed_over: 0 },
      audiences: {
        expected: 12,
        notified: 8,
        suppressed: { superseded: 1, 'not-named': 1 },
        failed: { bad_payload: 1 },
        waiting: { 'no-targets': 1 },
      },
      differences: [],
      unheard: [],
    },
  },
} as const satisfies Operation;

export const forgetJournal = {
  method: 'post',
  path: '/api/v1/journals/{journal_id}/forget',
  id: 'forgetJournal',
  tag: 'Health',
  summary: 'Gives up the journal of an API process that will not come back.',
  description:
    'Only one that is not heard of for a minute, nor in the 15 seconds before the answer. What it had not given to Temporal is no longer “not yet handed over”: `waybell replay` starts what of it is in the archive.',
  access: { scopes: ['admin'] },
  params: z.object({ journal_id: textId }),
  answers: {
    200: z.object({ ok, webhooks: count.describe('Archived webhooks that it had not given to Temporal.') }),
  },
  problems: ['journal-unknown', ...DATABASE_PROBLEMS],
  examples: { answer: { ok: true, webhooks: 0 } },
} as const satisfies Operation;
