import { z } from 'zod';
import { ALARM_NAMES } from '../alarms';
import { ok } from './answer-fields';
import type { Operation } from './operation';

const part = z.enum(['ok', 'error']);
/** `none`: Temporal answers, and nobody takes deliveries from it. */
const worker = z.enum(['ok', 'none', 'error']);

/** What only the journal of this process has so far. */
export const journalState = z
  .object({
    waiting: z.int().describe('Webhooks that are not yet handed over to Temporal.'),
    oldest_seconds: z.int().describe('Age of the oldest of them.'),
  })
  .meta({ id: 'JournalState' });
const alarms = z
  .array(z.enum(ALARM_NAMES))
  .optional()
  .describe(
    'What the process finds wrong with its database, the push providers, the channels and its build; the log and waybell doctor say more.',
  );
const journal = journalState.optional().describe('Absent in a process that takes no webhooks.');

export const showLife = {
  method: 'get',
  path: '/healthz',
  id: 'showLife',
  tag: 'Health',
  summary: 'The process is alive.',
  access: 'everybody',
  answers: { 200: z.object({ ok }) },
  problems: [],
  examples: { answer: { ok: true } },
} as const satisfies Operation;

export const showReadiness = {
  method: 'get',
  path: '/readyz',
  id: 'showReadiness',
  tag: 'Health',
  summary: 'Whether PostgreSQL and Temporal answer and a worker takes deliveries, within 2 s.',
  access: 'everybody',
  answers: {
    200: z.object({ ok, postgresql: z.literal('ok'), temporal: z.literal('ok'), worker, journal, alarms }),
    503: z.object({ ok: z.literal(false), postgresql: part, temporal: part, worker, journal, alarms }),
  },
  problems: [],
  examples: {
    answer: {
      ok: true,
      postgresql: 'ok',
      temporal: 'ok',
      worker: 'ok',
      journal: { waiting: 0, oldest_seconds: 0 },
      alarms: [],
    },
  },
} as const satisfies Operation;

export const showMetrics = {
  method: 'get',
  path: '/metrics',
  id: 'showMetrics',
  tag: 'Health',
  summary: 'How the process and its requests do, in the text format of Prometheus.',
  access: { scopes: ['metrics'] },
  answers: { 200: z.string() },
  mediaType: 'text/plain',
  problems: [],
} as const satisfies Operation;
