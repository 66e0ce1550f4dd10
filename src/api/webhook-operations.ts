import { z } from 'zod';
import { expressAcknowledgement, expressScan } from '../sources/own-system';
import { SOURCES } from '../sources/registry';
import type { Operation } from './operation';
import { MOST_WAIT_S } from './prefer';

export const receiveExpressStatus = {
  method: 'post',
  path: '/webhook/express/status',
  id: 'receiveExpressStatus',
  tag: 'Webhooks',
  summary: 'One scan of one waybill.',
  description:
    'From the shop’s own systems, or a carrier that speaks this format. The answer comes once the scan is on disk, and waits for nothing else; PostgreSQL and Temporal may be away meanwhile. Its delivery starts right behind it.',
  access: 'signature',
  headers: z.object({
    Prefer: z
      .string()
      .optional()
      .describe(
        `\`wait=<seconds>\` (RFC 7240), ${MOST_WAIT_S} at most: the answer waits so long for Temporal, and says what came of the scan there.`,
      ),
  }),
  body: expressScan,
  answers: { 200: expressAcknowledgement },
  problems: ['intake-unavailable'],
  examples: {
    body: {
      carrier: 'yto',
      tracking_no: 'TEST_YT_20260206_0007',
      status: 'out_for_delivery',
      event_text: '快递员正在派送',
      event_time: '2026-02-06 10:11:00',
      event_id: 'scan-1',
    },
    answer: {
      ok: true,
      handed_over: false,
      workflow_id: 'delivery/own-system/yto/TEST_YT_20260206_0007/3f2a9c0d51e874b6a2c1',
      status: 'out_for_delivery',
      status_known: true,
      temporal_ui:
        'http://127.0.0.1:8233/namespaces/default/workflows/delivery%2Fown-system%2Fyto%2FTEST_YT_20260206_0007%2F3f2a9c0d51e874b6a2c1',
    },
  },
} as const satisfies Operation;

const mediaTypes = [...new Set(SOURCES.flatMap((source) => source.mediaTypes))].sort();

export const receiveFromChannel = {
  method: 'post',
  path: '/webhooks/{source}/{token}',
  id: 'receiveFromChannel',
  tag: 'Webhooks',
  summary: 'What a carrier or an aggregator says, in its own format.',
  description: `One channel for each sender, made with \`waybell channels add\`. Sources: ${SOURCES.map(({ name }) => `\`${name}\``).join(', ')}. The answer has the form that the source takes as "received", or as "not received". It comes once the request is on disk, and waits for nothing else, whether PostgreSQL and Temporal answer or not.`,
  access: 'channel',
  params: z.object({
    source: z.string().max(64),
    token: z.string().max(128).describe('The unguessable part of the URL.'),
  }),
  inTheirForm: { requests: mediaTypes, answers: ['application/json', 'application/xml'] },
  answers: { 200: z.unknown() },
  problems: [
    'source-unknown',
    'json-malformed',
    'body-too-large',
    'bodies-full',
    'content-encoding-unsupported',
    'intake-unavailable',
  ],
} as const satisfies Operation;
