import { z } from 'zod';
import { SOURCES } from '../sources/registry';
import type { Operation } from './operation';

const mediaTypes = [...new Set(SOURCES.flatMap((source) => source.mediaTypes))].sort();

export const receiveFromChannel = {
  method: 'post',
  path: '/webhooks/{source}/{token}',
  id: 'receiveFromChannel',
  tag: 'Webhooks',
  summary: 'What a carrier or an aggregator says, in its own format.',
  description: `One channel for each sender, made with \`waybell channels add\`. Sources: ${SOURCES.map(({ name }) => `\`${name}\``).join(', ')}. The answer has the form that the source takes as "received", or as "not received". It comes once the request is durable, whether PostgreSQL and Temporal answer or not.`,
  access: 'channel',
  params: z.object({
    source: z.string().max(64),
    token: z.string().max(128).describe('The unguessable part of the URL.'),
  }),
  inTheirForm: { requests: mediaTypes, answers: ['application/json', 'application/xml'] },
  answers: { 200: z.unknown() },
  problems: ['source-unknown', 'body-too-large', 'content-encoding-unsupported', 'intake-unavailable'],
} as const satisfies Operation;
