import { z } from 'zod';
import { WORD_STANDINGS } from '../intake/words';
import { SHIPMENT_STATUSES } from '../shipment/status';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import type { Operation } from './operation';

const meaning = z.enum(SHIPMENT_STATUSES).nullable();

const seenWord = z
  .object({
    source: z.string(),
    word: z
      .string()
      .describe(
        'As its sender spells it, masked as texts are; a digest, such as `#53144c756ff8f819`, once its texts are deleted.',
      ),
    standing: z
      .enum(WORD_STANDINGS)
      .describe(
        '`unknown`: in no table and not in `STATUS_MAP`; `mapped`: in no table, and `STATUS_MAP` holds it or a coarser word that came with it; `corrected`: `STATUS_MAP` goes before the table; `known`: the table alone says it, since its scans were read.',
      ),
    means: meaning.describe('What it means today; `null`: nothing about the parcel.'),
    count: count.describe('Scans in it, among the newest 100,000 of such scans.'),
    last_text: z.string().describe('Of the scan that came last.'),
    last_time: moment,
    last_read_as: meaning.describe('Where it is not `means`, a replay reads it anew.'),
  })
  .meta({ id: 'SeenWord' });

export const listSeenWords = {
  method: 'get',
  path: '/api/v1/words',
  id: 'listSeenWords',
  tag: 'Webhooks',
  summary: 'Status words, over all parcels, that no table knows or that the shop has corrected.',
  description:
    'The unknown ones come first, then the most frequent. `setting` is the value of `STATUS_MAP` with all that it holds and a `"?"` for each unknown word of this answer that is no digest: in its place stands one of `statuses`, or `null` for a word that says nothing about the parcel. No start takes a `"?"`.',
  access: { scopes: ['read'] },
  query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  answers: {
    200: z.object({
      ok,
      words: z.array(seenWord),
      statuses: z.array(z.enum(SHIPMENT_STATUSES)),
      setting: z.string().describe('JSON on one line, without a single quote.'),
    }),
  },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      words: [
        {
          source: 'sf',
          word: '9999',
          standing: 'unknown',
          means: null,
          count: 12,
          last_text: '快件已放入临时存放点',
          last_time: '2026-03-02T10:20:00.000Z',
          last_read_as: null,
        },
      ],
      statuses: [...SHIPMENT_STATUSES],
      setting: '{"sf/99":"in_transit","sf/9999":"?"}',
    },
  },
} as const satisfies Operation;
