import { z } from 'zod';
import { maskText } from '../shipment/safe-text';
import { readStatus, SHIPMENT_STATUSES, type StatusMap } from '../shipment/status';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';
import { carrierField, fieldWords, plainText, printable, trackingNoField } from './reading/text';
import { readEventTime } from './reading/times';
import { readJsonObject } from './reading/json';
import type { Answer, ReceivedUpdate, Verification, WebhookRequest } from './source';
import { STANDARD_TOLERANCE_S, verifyStandardWebhook } from './reading/proof';
import { contentKey } from './reading/scans';

/** Longest text of a scan; characters. */
const MAX_TEXT = 500;

/** The body of a shop's own system: one scan of one waybill. */
export const expressScan = z
  .object({
    carrier: carrierField,
    tracking_no: trackingNoField,
    status: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .refine(printable, 'must not hold control characters')
      .describe(
        `A word of \`STATUS_MAP\`, or one of ours: ${SHIPMENT_STATUSES.map((status) => `\`${status}\``).join(', ')}. Any other word is stored and moves nothing.`,
      ),
    event_text: z
      .string()
      .max(MAX_TEXT)
      .nullish()
      .transform((text) => plainText(text ?? '', MAX_TEXT))
      .describe('Phone numbers, document numbers and named persons are masked before anything is stored.'),
    event_time: z
      .string()
      .max(64)
      .describe(
        'ISO 8601, `yyyy-MM-dd HH:mm:ss` or `yyyy/MM/dd HH:mm:ss`; without an offset it is Asia/Shanghai. Not before 2000, not more than 24 h ahead.',
      ),
    event_id: z
      .string()
      .min(1)
      .max(128)
      .refine(printable, 'must not hold control characters')
      .nullish()
      .transform((id) => id ?? undefined)
      .describe('The identity of the scan. Without it, time, status and text together are.'),
  })
  .meta({ id: 'ExpressScan' });

/** The answer to a scan. */
export const expressAcknowledgement = z.object({
  ok: z.literal(true),
  duplicate: z.boolean(),
  handed_over: z
    .boolean()
    .describe('False while Temporal is away: the journal has the scan, and its delivery starts later.'),
  workflow_id: z.string(),
  run_id: z.string().optional().describe('Absent for a duplicate, and for what is not yet handed over.'),
  status: z.enum(SHIPMENT_STATUSES).nullable(),
  status_known: z.boolean(),
  temporal_ui: z.url().describe('The delivery in the Temporal UI.'),
});

export interface OwnSystemSettings {
  /** Without any, requests are taken unsigned. */
  readonly secrets: readonly string[];
  /** The shop's own words for statuses. */
  readonly statusMap: StatusMap;
}

/** One scan, or why it is refused: a shop's own developers want to hear of a mistake, not to have it kept. */
export type ParsedScan =
  | { readonly ok: true; readonly update: ShipmentUpdate }
  | { readonly ok: false; readonly code: 'json-malformed'; readonly message: string }
  | { readonly ok: false; readonly code: 'field-invalid'; readonly message: string; readonly field: string };

export interface OwnSystem {
  verify(request: WebhookRequest, now: number): Verification;
  parse(request: WebhookRequest, now: number): ParsedScan;
  acknowledge(received: ReceivedUpdate): Answer;
}

/** The shop's own systems, and carriers that speak the shop's format. */
export function createOwnSystem({ secrets, statusMap }: OwnSystemSettings): OwnSystem {
  return {
    verify: (request, now) =>
      secrets.length === 0
        ? { ok: true }
        : verifyStandardWebhook(request, secrets, now, STANDARD_TOLERANCE_S),
    parse({ body }, now) {
      const json = readJsonObject(body);
      if (json === undefined) {
        return { ok: false, code: 'json-malformed', message: 'the body must be a JSON object in UTF-8' };
      }
      const parsed = expressScan.safeParse(json, { error: fieldWords });
      if (!parsed.success) return fieldInvalid(parsed.error.issues[0]);
      const { carrier, tracking_no: trackingNo, status, event_text, event_time, event_id } = parsed.data;
      const read = readEventTime(event_time, now);
      if ('problem' in read) return fieldInvalid({ path: ['event_time'], message: read.problem });
      const said = {
        time: read.time,
        rawStatus: maskText(status, trackingNo),
        text: maskText(event_text, trackingNo),
      };
      const event: ShipmentEvent = {
        ...said,
        // Over the masked text: a digest of a phone number can be searched back to the number.
        key: event_id === undefined ? contentKey(said.time, said.rawStatus, said.text) : `id:${event_id}`,
        status: readStatus(status, statusMap),
      };
      return { ok: true, update: { source: 'own-system', carrier, trackingNo, events: [event] } };
    },
    acknowledge: (received) => ({
      mediaType: 'application/json',
      body: JSON.stringify(answer(received)),
    }),
  };
}

function fieldInvalid(issue: { path: PropertyKey[]; message: string } | undefined): ParsedScan {
  const field = issue?.path.join('.') ?? '';
  return { ok: false, code: 'field-invalid', field, message: `${field}: ${issue?.message ?? 'is invalid'}` };
}

function answer(received: ReceivedUpdate): z.infer<typeof expressAcknowledgement> {
  const { update, workflowId, runId, duplicate, handedOver, link } = received;
  const status = update.events[0]?.status ?? null;
  return {
    ok: true,
    duplicate,
    handed_over: handedOver,
    workflow_id: workflowId,
    ...(runId !== undefined && { run_id: runId }),
    status,
    status_known: status !== null,
    temporal_ui: link,
  };
}
