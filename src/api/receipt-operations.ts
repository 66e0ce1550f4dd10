import { z } from 'zod';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { appidField, cidField } from './device-fields';
import type { Operation } from './operation';
import { requiredId } from './request-input';

export const recordReceipt = {
  method: 'post',
  path: '/api/v1/push/receipts',
  id: 'recordReceipt',
  tag: 'Devices',
  summary: 'A push was shown, or clicked.',
  description:
    'The phone’s own word: the only proof that somebody saw a push. Who clicked has seen. The first word of each kind stays.',
  access: { scopes: ['devices'], persons: true },
  body: z
    .object({
      message_id: requiredId.describe('As it came with the push.'),
      cid: cidField,
      appid: appidField,
      event: z.enum(['shown', 'clicked']),
      at: z.string().max(64).optional().describe('ISO 8601, by the clock of the phone; now when absent.'),
    })
    .meta({ id: 'Receipt' }),
  answers: {
    200: z.object({
      ok,
      message_id: z.string(),
      cid: z.string(),
      shown_at: moment,
      clicked_at: moment.nullable(),
    }),
  },
  problems: ['device-unknown', 'push-unknown', ...DATABASE_PROBLEMS],
  examples: {
    body: {
      message_id: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10:1:delivered:1:user',
      cid: 'f7a1c0de',
      event: 'clicked',
      at: '2026-02-06T02:12:00Z',
    },
    answer: {
      ok: true,
      message_id: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10:1:delivered:1:user',
      cid: 'f7a1c0de',
      shown_at: '2026-02-06T02:12:00.000Z',
      clicked_at: '2026-02-06T02:12:00.000Z',
    },
  },
} as const satisfies Operation;

export const receiveGetuiReceipts = {
  method: 'post',
  path: '/api/v1/push/receipts/getui',
  id: 'receiveGetuiReceipts',
  tag: 'Devices',
  summary: 'GeTui says which pushes reached their phones.',
  description:
    'The address for GeTui’s message receipts. One JSON object per line: `appid`, `cid`, `taskid`, `msgid`, `code`, `desc`, and `sign`, which is MD5 over `appid`, `cid`, `taskid`, `msgid` and `GETUI_MASTER_SECRET`. Lines that are broken, of another app or wrongly signed are left out. The signature does not cover `code`, so the first word about a push stays: what arrived is never lost again, and why one was lost does not change. Works while GeTui is switched on.',
  access: 'receipt',
  inTheirForm: { requests: ['text/plain', 'application/json'] },
  answers: {
    200: z.object({
      ok,
      receipts: count.describe('How many lines are signed by GeTui.'),
      known: count.describe('How many pushes of ours they are about.'),
      ignored: count.describe('How many of those have another word already, which stays.'),
    }),
  },
  problems: ['body-too-large', 'bodies-full', 'content-encoding-unsupported', ...DATABASE_PROBLEMS],
  examples: { answer: { ok: true, receipts: 2, known: 2, ignored: 0 } },
} as const satisfies Operation;
