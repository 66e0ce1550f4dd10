import { z } from 'zod';
import { MOST_PARCELS } from '../shipment/parcels-of-order';
import { carrierField, trackingNoField } from '../sources/reading/text';
import { ok, woken } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { requiredId, words } from './request-input';
import type { Operation } from './operation';

const reason = words(200).optional().describe('Why; for the audit.');

const waybill = z
  .object({
    id: z.string(),
    carrier: z.string().nullable(),
    tracking_no: z.string(),
    order_id: z.string().nullable(),
    status: z.string().nullable(),
  })
  .meta({ id: 'Waybill', description: 'The row of the shop’s own table; ids as text.' });

const order_before = z.string().nullable().describe('The order that it had.');

/** The link has overwritten it, and nothing else tells of it. */
const orderBefore = ({ order_before: before }: Record<string, unknown>): object =>
  before === null ? {} : { order_before: before };

export const linkWaybill = {
  method: 'put',
  path: '/api/v1/waybills/{carrier}/{tracking_no}',
  id: 'linkWaybill',
  tag: 'Waybills',
  summary: 'Links a waybill to an order of the shop.',
  description:
    'Wakes the delivery that waits for it. An unknown waybill is added; an unknown order is refused.',
  access: { scopes: ['link'] },
  params: z.object({ carrier: carrierField, tracking_no: trackingNoField }),
  body: z.object({ order_id: requiredId, reason }).meta({ id: 'WaybillLink' }),
  answerForAudit: orderBefore,
  answers: { 200: z.object({ ok, waybill, order_before, woken }) },
  problems: ['order-unknown', 'shadow', ...DATABASE_PROBLEMS],
  examples: {
    body: { order_id: 'ORDER_20260206_0007' },
    answer: {
      ok: true,
      waybill: {
        id: '0e7d6a52-8f0f-4a55-9f1c-1b2f3c4d5e6f',
        carrier: 'yto',
        tracking_no: 'TEST_YT_20260206_0007',
        order_id: 'ORDER_20260206_0007',
        status: 'in_transit',
      },
      order_before: null,
      woken: 1,
    },
  },
} as const satisfies Operation;

const ANSWER_EXAMPLE = {
  ...linkWaybill.examples.answer,
  ...{ dry_run: false, added: false },
};

export const linkParcel = {
  method: 'post',
  path: '/api/v1/parcels/{tracking_no}/link',
  id: 'linkParcel',
  tag: 'Waybills',
  summary: 'Links a parcel to an order of the shop, by its number alone.',
  description:
    'Wakes the delivery that waits for it. Where the shop has the number under several carriers, or not at all, `carrier` says whose it is; an unknown order is refused, and so is a parcel that has another one, unless the shop has no such order or `replace` is set. Percent-encode the number: it may hold slashes.',
  access: { scopes: ['link'] },
  params: z.object({ tracking_no: trackingNoField }),
  body: z
    .object({
      order_id: requiredId,
      carrier: carrierField
        .optional()
        .describe('By any of its names. One that is new to the number is added.'),
      replace: z.boolean().default(false).describe('Also where it has another order, which the shop has.'),
      dry_run: z.boolean().default(false).describe('Only say, or refuse, as the link itself would.'),
      reason,
    })
    .meta({ id: 'ParcelLink' }),
  answerForAudit: orderBefore,
  answers: {
    200: z.object({
      ok,
      dry_run: z.boolean(),
      waybill,
      added: z.boolean().describe('Whether the shop had no such row before.'),
      order_before,
      woken,
    }),
  },
  problems: [
    'order-unknown',
    'order-linked',
    'waybill-unknown',
    'waybill-ambiguous',
    'shadow',
    ...DATABASE_PROBLEMS,
  ],
  examples: {
    body: { order_id: 'ORDER_20260206_0007', carrier: 'yto', replace: false, dry_run: false },
    answer: ANSWER_EXAMPLE,
  },
} as const satisfies Operation;

export const listOrderParcels = {
  method: 'get',
  path: '/api/v1/orders/{order_id}/parcels',
  id: 'listOrderParcels',
  tag: 'Waybills',
  summary: 'What the shop’s own table has of an order, told or not.',
  description:
    'Read only where an index of the shop begins with the order of its waybills; where there is none, `indexed` is `false` and nothing was looked up.',
  access: { scopes: ['read'] },
  params: z.object({ order_id: requiredId }),
  answers: {
    200: z.object({
      ok,
      indexed: z.boolean(),
      parcels: z
        .array(waybill.omit({ id: true, order_id: true }).meta({ id: 'OrderParcel' }))
        .describe(`The first ${MOST_PARCELS + 1}.`),
    }),
  },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      indexed: true,
      parcels: [{ carrier: 'yto', tracking_no: 'TEST_YT_20260206_0007', status: 'in_transit' }],
    },
  },
} as const satisfies Operation;
