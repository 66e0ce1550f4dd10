import { z } from 'zod';
import { carrierField, trackingNoField } from '../sources/reading/text';
import { ok, woken } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { requiredId } from './request-input';
import type { Operation } from './operation';

const waybill = z
  .object({
    id: z.string(),
    carrier: z.string().nullable(),
    tracking_no: z.string(),
    order_id: z.string().nullable(),
    status: z.string().nullable(),
  })
  .meta({ id: 'Waybill', description: 'The row of the shop’s own table; ids as text.' });

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
  body: z.object({ order_id: requiredId }).meta({ id: 'WaybillLink' }),
  answers: { 200: z.object({ ok, waybill, woken }) },
  problems: ['order-unknown', ...DATABASE_PROBLEMS],
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
      woken: 1,
    },
  },
} as const satisfies Operation;
