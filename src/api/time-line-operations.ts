import { z } from 'zod';
import { sentenceForCustomer } from '../insight/customer-sentence';
import { trackingNoField } from '../sources/reading/text';
import { moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import {
  explainedNotification,
  explanation,
  EXPLANATION_EXAMPLE,
  NOTIFICATION_EXAMPLE,
  PUSH_EXAMPLE,
} from './notification-fields';
import type { Operation } from './operation';

const scan = z
  .object({
    at: moment.describe('When it was made, as its sender says.'),
    received_at: moment,
    source: z.string(),
    status: z.string().nullable().describe('What its word is read as; `null`: nothing about the parcel.'),
    word: z.string().describe('Its sender’s own word; a digest once its texts are deleted.'),
    text: z.string().nullable().describe('Masked; `null` once texts are deleted.'),
    place: z.string().nullable(),
    workflow_id: z.string().describe('The delivery with which it came.'),
  })
  .meta({ id: 'TimeLineScan' });

const decision = z
  .object({
    workflow_id: z.string(),
    decided_at: moment,
    closed_at: moment.nullable(),
    verdict: z.enum(['announce', 'nothing-new', 'stale', 'unknown-status']),
    status: z.string().nullable().describe('What is told, with the verdict `announce`.'),
    state: z.enum(['open', 'closed']),
    outcome: z.string().nullable().describe('How it ended; none while it is open.'),
  })
  .meta({ id: 'Decision' });

const parcel = z
  .object({
    carrier: z.string().nullable(),
    tracking_no: z.string(),
    order_id: z.string().nullable(),
    for_customer: explanation.describe(
      'One sentence that can be sent to the customer as it is. Its time is that of `SHOP_TIME_ZONE`.',
    ),
    scans: z.array(scan).describe('The newest 200, the newest first.'),
    decisions: z.array(decision).describe('What became of the newest 50 updates, the newest first.'),
    messages: z.array(explainedNotification).describe('The newest 20 of these, the newest first.'),
  })
  .meta({ id: 'TimeLine' });

const AT = '2026-02-06T02:11:00.000Z';
const STATUS = 'delivered';

export const showTimeLine = {
  method: 'get',
  path: '/api/v1/parcels/{tracking_no}',
  id: 'showTimeLine',
  tag: 'Notifications',
  summary: 'The time line of a parcel: what was said of it, what was decided, who was told, on which phones.',
  description:
    'What the shop has under a number: of several carriers, five at most. Without an entry the shop’s table does not have the number.',
  access: { scopes: ['read'] },
  params: z.object({ tracking_no: trackingNoField }),
  answers: { 200: z.object({ ok, parcels: z.array(parcel) }) },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      parcels: [
        {
          carrier: 'yto',
          tracking_no: NOTIFICATION_EXAMPLE.tracking_no,
          order_id: NOTIFICATION_EXAMPLE.order_id,
          for_customer: sentenceForCustomer(
            {
              trackingNo: NOTIFICATION_EXAMPLE.tracking_no,
              ...{ status: STATUS, at: new Date(AT), reached: 'sent' },
            },
            'Asia/Shanghai',
          ),
          scans: [
            {
              ...{ at: AT, received_at: AT, source: 'own-system', status: STATUS, word: STATUS },
              ...{ text: '已签收', place: null, workflow_id: NOTIFICATION_EXAMPLE.workflow_id },
            },
          ],
          decisions: [
            {
              workflow_id: NOTIFICATION_EXAMPLE.workflow_id,
              ...{ decided_at: AT, closed_at: '2026-02-06T02:11:01.000Z', verdict: 'announce' },
              ...{ status: STATUS, state: 'closed', outcome: 'success' },
            },
          ],
          messages: [{ ...NOTIFICATION_EXAMPLE, explanation: EXPLANATION_EXAMPLE, pushes: [PUSH_EXAMPLE] }],
        },
      ],
    },
  },
} as const satisfies Operation;
