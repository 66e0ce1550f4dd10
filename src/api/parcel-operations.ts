import { z } from 'zod';
import { MOST_SCANS } from '../database/parcels';
import { trackingNoField } from '../sources/reading/text';
import { SHIPMENT_STATUSES } from '../shipment/status';
import { count, moment, ok, pickupCodes } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import type { Operation } from './operation';
import { pageCursor } from './page-cursor';
import { optionalId } from './request-input';

const scan = z
  .object({
    event_time: moment,
    status: z.enum(SHIPMENT_STATUSES).nullable().describe('`null` where its sender’s word means nothing.'),
    event_text: z.string().describe('What the carrier says, masked; empty once its time is over.'),
    place: z.string().nullable(),
  })
  .meta({ id: 'Scan' });

const parcel = z
  .object({
    carrier: z.string().nullable(),
    tracking_no: z.string(),
    order_id: z.string(),
    status: z.enum(SHIPMENT_STATUSES).nullable().describe('`null` where nothing was heard of it yet.'),
    pickup_codes: pickupCodes,
    scans: z
      .array(scan)
      .max(MOST_SCANS)
      .describe(
        'The newest first; none of a parcel that has ended so long ago that its status alone is kept.',
      ),
  })
  .meta({ id: 'Parcel' });

export const listParcels = {
  method: 'get',
  path: '/api/v1/push/parcels',
  id: 'listParcels',
  tag: 'Devices',
  summary: 'The parcels of a buyer, with what was heard of each.',
  description:
    'Those that the buyer was told of, the one of the newest message first; with `tracking_no` those of that number, also before anything was told. Whose a parcel is says its order at this moment. A number or an order of somebody else gives what one that does not exist gives: nothing.',
  access: { scopes: ['devices', 'read'], persons: true },
  query: z.object({
    user_id: optionalId.describe('The buyer; a person who names nobody means themselves.'),
    order_id: optionalId.describe('Only those of this order.'),
    tracking_no: trackingNoField.optional().describe('Only those of this number.'),
    before: pageCursor.optional().describe('`next` of the page before.'),
    limit: z.coerce.number().int().min(1).max(20).default(10),
  }),
  answers: {
    200: z.object({
      ok,
      parcels: z.array(parcel),
      count,
      next: z.string().nullable().describe('What to send as `before` for the next page; `null` at the end.'),
    }),
  },
  problems: ['owner-required', ...DATABASE_PROBLEMS],
  examples: {
    answer: {
      ok: true,
      parcels: [
        {
          carrier: 'yto',
          tracking_no: 'TEST_YT_20260206_0007',
          order_id: 'ORDER_20260206_0007',
          status: 'out_for_delivery',
          pickup_codes: null,
          scans: [
            {
              event_time: '2026-02-06T02:11:00.000Z',
              status: 'out_for_delivery',
              event_text: '快递员***（***）正在派送',
              place: '上海市',
            },
            {
              event_time: '2026-02-05T14:30:00.000Z',
              status: 'in_transit',
              event_text: '快件已到达上海转运中心',
              place: null,
            },
          ],
        },
      ],
      count: 1,
      next: null,
    },
  },
} as const satisfies Operation;
