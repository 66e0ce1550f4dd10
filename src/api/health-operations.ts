import { z } from 'zod';
import { ok } from './answer-fields';
import type { Operation } from './operation';

const part = z.enum(['ok', 'error']);

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
  summary: 'Whether PostgreSQL and Temporal answer, within 2 s.',
  access: 'everybody',
  answers: {
    200: z.object({ ok, postgresql: z.literal('ok'), temporal: z.literal('ok') }),
    503: z.object({ ok: z.literal(false), postgresql: part, temporal: part }),
  },
  problems: [],
  examples: { answer: { ok: true, postgresql: 'ok', temporal: 'ok' } },
} as const satisfies Operation;

export const showMetrics = {
  method: 'get',
  path: '/metrics',
  id: 'showMetrics',
  tag: 'Health',
  summary: 'How the process and its requests do, in the text format of Prometheus.',
  access: 'key',
  answers: { 200: z.string() },
  mediaType: 'text/plain',
  problems: [],
} as const satisfies Operation;
