import { z } from 'zod';
import { retryWords } from '../shipment/retry-words';
import { printable, PRINTABLE_WORDS } from '../sources/reading/text';
import { ok, temporalUi } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import { explanation } from './notification-fields';
import { requiredId, tellsOld } from './request-input';

/** A workflow id holds a source, a carrier and a tracking number, each percent-encoded. */
export const MAX_NAME_LENGTH = 512;
const MAX_WORDS = 200;
const MAX_DEVICES = 100;

/** Words from a person, kept in a history. */
const optionalWords = z
  .string()
  .max(MAX_WORDS)
  .refine(printable, PRINTABLE_WORDS)
  .nullish()
  .transform((words) => words ?? undefined);

/** What a person says who asks for another try of one delivery. */
export const retryRequest = z
  .object({
    operator: optionalWords.describe('Who asks.'),
    reason: optionalWords.describe('Why.'),
    devices: z
      .array(requiredId)
      .min(1)
      .max(MAX_DEVICES)
      .optional()
      .describe('Ids or cids of devices; everything that failed when absent.'),
    force: tellsOld,
  })
  .meta({ id: 'RetryRequest' });

export const retried = z.object({
  ok,
  workflow_id: z.string(),
  run_id: z.string(),
  restarted: z.boolean().describe('Whether the delivery had closed and was started again.'),
  message: z.string().describe('In words, what will be tried.'),
  explanation: explanation.describe('`message` in both languages.'),
  temporal_ui: temporalUi,
});

/** Why another try of one delivery is refused. */
export const RETRY_PROBLEMS = [
  'nothing-to-retry',
  'history-gone',
  'temporal-unavailable',
  'worker-unavailable',
  ...DATABASE_PROBLEMS,
] as const;

export const RETRY_EXAMPLE = {
  operator: 'ann',
  reason: 'the provider was misconfigured',
  devices: ['f7a1c0de'],
};

export const RETRIED_EXAMPLE = {
  ok: true,
  workflow_id: 'delivery/own-system/yto/TEST_YT_20260206_0007/3f2a9c0d51e874b6a2c1',
  run_id: '01964f0e-7c1b-7a52-9c1f-5d2f6f0f8a11',
  restarted: false,
  message: retryWords('begun').en,
  explanation: retryWords('begun'),
  temporal_ui:
    'http://127.0.0.1:8233/namespaces/default/workflows/delivery%2Fown-system%2Fyto%2FTEST_YT_20260206_0007%2F3f2a9c0d51e874b6a2c1/01964f0e-7c1b-7a52-9c1f-5d2f6f0f8a11',
};
