import { z } from 'zod';
import { explainRefusal } from '../intake/channels/why-refused';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { explanation } from './notification-fields';
import type { Operation } from './operation';

export const refusal = z
  .object({
    reason: z.string().describe('As a code: `header-mismatch`, `field-missing`, `url-expired`, …'),
    place: z
      .string()
      .nullable()
      .describe('The header or the field that it is about, or the channel of an expired URL.'),
    found: z.string().nullable().describe('Names of headers or fields that are there, and may be meant.'),
    explanation,
    address: z.string().nullable().describe('Where it came from. Kept for seven days.'),
    tracking_no: z
      .string()
      .nullable()
      .describe('What it was about; only of a request to the URL of a channel, or with a proof.'),
    times: count,
    first_at: moment,
    last_at: moment,
  })
  .meta({ id: 'Refusal' });

const traffic = z.object({ accepted: count, refused: count });

const channelTraffic = z
  .object({
    source: z.string(),
    channel: z
      .string()
      .nullable()
      .describe(
        'Its name; empty for the shop’s own route. `null` for requests that show nothing of who sent them: to a URL that belongs to no channel, or to the own route without a proof.',
      ),
    accepted_at: moment.nullable().describe('When it last accepted a webhook.'),
    refused_at: moment.nullable(),
    refused_in_a_row: count.describe('Refused since the last one that was accepted.'),
    hour: traffic,
    day: traffic,
    refusals: z.array(refusal).describe('The last five kinds of refusals, the newest first.'),
  })
  .meta({ id: 'ChannelTraffic' });

export type RefusalAnswer = z.input<typeof refusal>;

const EXAMPLE = { reason: 'field-mismatch', place: 'sign', found: '' };

export const REFUSAL_EXAMPLE = {
  reason: EXAMPLE.reason,
  place: EXAMPLE.place,
  found: null,
  explanation: explainRefusal(EXAMPLE),
  address: '203.0.113.7',
  tracking_no: 'YT0000000000001',
  times: 4,
  first_at: '2026-03-02T10:20:00.123Z',
  last_at: '2026-03-02T10:41:07.005Z',
};

export const listChannels = {
  method: 'get',
  path: '/api/v1/channels',
  id: 'listChannels',
  tag: 'Webhooks',
  summary: 'What came through each channel: when it last accepted and refused, how many, and why.',
  description:
    'Over all API processes; each writes every 5 s what it has counted. An hour and a day begin at a tenth minute. Channels that are removed stay in the list; `waybell channels list` shows those that there are.',
  access: { scopes: ['read'] },
  answers: { 200: z.object({ ok, channels: z.array(channelTraffic) }) },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      channels: [
        {
          source: 'kuaidi100',
          channel: 'main',
          accepted_at: '2026-03-01T18:02:11.480Z',
          refused_at: '2026-03-02T10:41:07.005Z',
          refused_in_a_row: 4,
          hour: { accepted: 0, refused: 4 },
          day: { accepted: 310, refused: 4 },
          refusals: [REFUSAL_EXAMPLE],
        },
      ],
    },
  },
} as const satisfies Operation;
