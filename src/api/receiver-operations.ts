import { z } from 'zod';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import type { Operation } from './operation';

const receiver = z.string().regex(/^receiver-[0-9a-f]{8}$/, 'must be the name of a receiver');
const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const listStatusReceivers = {
  method: 'get',
  path: '/api/v1/receivers',
  id: 'listStatusReceivers',
  tag: 'Status changes',
  summary: 'How far each receiver of `STATUS_WEBHOOKS` is, and what it said when it did not take a change.',
  access: { scopes: ['read'] },
  answers: {
    200: z.object({
      ok,
      receivers: z.array(
        z.object({
          receiver: z.string().describe('A digest of its URL, which is a secret.'),
          state: z
            .enum(['well', 'failing', 'disabled'])
            .describe('`disabled`: it answered 410, and is asked no more before it is started anew.'),
          after: position.describe('The position of the last change that it took.'),
          next: position.nullable().describe('Of the first that it has not taken; `null`: it has all.'),
          waiting: count.describe('How many it has not taken; 1000 also where there are more.'),
          oldest: moment.nullable().describe('When the first of them was written.'),
          taken_at: moment.nullable(),
          failures: count.describe('How often in a row it did not take the next one.'),
          since: moment.nullable().describe('Since when.'),
          words: z.string().describe('What it answered last, without its body.'),
        }),
      ),
    }),
  },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      receivers: [
        {
          receiver: 'receiver-1a2b3c4d',
          state: 'failing',
          after: 4711,
          next: 4712,
          waiting: 12,
          oldest: '2026-02-06T02:11:00.000Z',
          taken_at: '2026-02-06T02:10:58.000Z',
          failures: 7,
          since: '2026-02-06T02:11:01.000Z',
          words: 'HTTP 500',
        },
      ],
    },
  },
} as const satisfies Operation;

export const restartStatusReceiver = {
  method: 'post',
  path: '/api/v1/receivers/{name}/restart',
  id: 'restartStatusReceiver',
  tag: 'Status changes',
  summary: 'Starts a receiver anew: one that is disabled or failing is asked at once.',
  description:
    'With `after` it goes on behind that position: an earlier one tells it again what it has lost, `next` of the list passes over a change that it will never take.',
  access: { scopes: ['admin'] },
  params: z.object({ name: receiver }),
  body: z
    .object({
      after: position.optional().describe('Without it, the position of the last change that it took.'),
    })
    .meta({ id: 'ReceiverRestart' }),
  answers: { 200: z.object({ ok, after: position.describe('Behind which position it goes on.') }) },
  problems: [...DATABASE_PROBLEMS, 'receiver-unknown'],
  examples: { body: { after: 4712 }, answer: { ok: true, after: 4712 } },
} as const satisfies Operation;
