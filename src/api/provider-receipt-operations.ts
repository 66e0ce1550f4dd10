import { z } from 'zod';
import { count, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import type { Operation } from './operation';

export const receiveGetuiReceipts = {
  method: 'post',
  path: '/api/v1/push/receipts/getui',
  id: 'receiveGetuiReceipts',
  tag: 'Devices',
  summary: 'GeTui says which pushes reached their phones.',
  description:
    'The address for GeTui’s message receipts. One JSON object per line: `appid`, `cid`, `taskid`, `msgid`, `code`, `desc`, and `sign`, which is MD5 over `appid`, `cid`, `taskid`, `msgid` and `GETUI_MASTER_SECRET`. Lines that are broken, of another app or wrongly signed are left out. Works while GeTui is switched on.',
  access: 'receipt',
  inTheirForm: { requests: ['text/plain', 'application/json'] },
  answers: {
    200: z.object({
      ok,
      receipts: count.describe('How many lines are signed by GeTui.'),
      known: count.describe('How many pushes of ours they are about.'),
    }),
  },
  problems: ['body-too-large', 'content-encoding-unsupported', ...DATABASE_PROBLEMS],
  examples: { answer: { ok: true, receipts: 2, known: 2 } },
} as const satisfies Operation;
