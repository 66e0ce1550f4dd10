import { z } from 'zod';
import {
  MAX_WORD,
  meaningToShop,
  readStatus,
  isShipmentStatus,
  SHIPMENT_STATUSES,
  type StatusMap,
  wordAt,
} from '../shipment/status';
import { pickupCodesOf } from '../shipment/pickup-wait';
import type { ShipmentEvent } from '../shipment/update';
import { bodyUnreadable, jsonAnswer } from './reading/answers';
import { fieldWords } from './reading/field-words';
import { carrierField, maskedLine, printable, PRINTABLE_WORDS, trackingNoField } from './reading/text';
import { readEventTime } from './reading/times';
import { fieldsOf, readJsonObject } from './reading/json';
import { STANDARD_PROOF_HEADERS, STANDARD_SECRET_FORM, verifyStandardWebhook } from './reading/proof';
import { keyText } from './reading/key-text';
import { contentKey, OUR_WORDS } from './reading/scans';
import type { Parsed, ReceivedUpdate, Refusal, Source } from './source';

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
      .max(MAX_WORD, { abort: true })
      .refine(printable, PRINTABLE_WORDS)
      .describe(
        `A word of \`STATUS_MAP\`, or one of ours: ${SHIPMENT_STATUSES.map((status) => `\`${status}\``).join(', ')}. Any other word is stored and moves nothing.`,
      ),
    event_text: z
      .string()
      .max(MAX_TEXT, { abort: true })
      .nullish()
      .transform((text) => text ?? '')
      .describe(
        'Names, numbers, addresses, accounts and codes of persons are masked before anything is stored.',
      ),
    event_time: z
      .string()
      .max(64, { abort: true })
      .describe(
        'ISO 8601, `yyyy-MM-dd HH:mm:ss` or `yyyy/MM/dd HH:mm:ss`; without an offset it is Asia/Shanghai. Not before 2000, not more than 24 h ahead.',
      ),
    event_id: z
      .string()
      .min(1)
      .max(128, { abort: true })
      .refine(printable, PRINTABLE_WORDS)
      .nullish()
      .transform((id) => id ?? undefined)
      .describe(
        'The identity of the scan. Without it, time, status and text together are. Another status under a known id corrects that scan, another text replaces what it says; another time is another scan.',
      ),
  })
  .meta({ id: 'ExpressScan' });

/** The answer to a scan. */
export const expressAcknowledgement = z.object({
  ok: z.literal(true),
  duplicate: z
    .boolean()
    .optional()
    .describe('Whether Temporal had it before; absent while that is not known.'),
  handed_over: z
    .boolean()
    .describe(
      'Whether Temporal is known to have it. False without `Prefer: wait`: the journal has the scan, and its delivery starts right behind the answer.',
    ),
  workflow_id: z.string(),
  run_id: z.string().optional().describe('Absent for a duplicate, and for what is not handed over.'),
  status: z.enum(SHIPMENT_STATUSES).nullable(),
  status_known: z.boolean(),
  waybill_known: z
    .boolean()
    .nullable()
    .optional()
    .describe(
      'With `Prefer: wait` alone: whether the shop has the waybill; `null` when PostgreSQL does not say in time.',
    ),
  order_known: z.boolean().nullable().optional().describe('The same, of the order of the waybill.'),
  temporal_ui: z
    .url()
    .nullable()
    .describe('The delivery in the Temporal UI; `null` where `TEMPORAL_UI_URL` does not say where that is.'),
});

/**
 * The shop's own systems, and carriers that speak the shop's format. Its developers want to hear of a mistake, not
 * to have it kept: what is not as described is refused, and the field named.
 *
 * Evidence: the signature is that of Standard Webhooks. The format is ours.
 */
export const ownSystem: Source = {
  name: 'own-system',
  title: 'the shop’s own system',
  mediaTypes: ['application/json'],
  evidence: 'published vectors',
  secretForm: STANDARD_SECRET_FORM,
  statusTable: OUR_WORDS,
  proofHeaders: STANDARD_PROOF_HEADERS,
  verify: verifyStandardWebhook,
  parse({ body }, { now, zone, statusMap = {} }) {
    const json = readJsonObject(body);
    if (json === undefined) {
      return refused({ code: 'json-malformed', message: 'the body must be a JSON object in UTF-8' });
    }
    const scan = expressScan.safeParse(json, { error: fieldWords });
    if (!scan.success)
      return fieldInvalid(scan.error.issues[0], trackingNoField.safeParse(fieldsOf(json).tracking_no).data);
    const { carrier, tracking_no: trackingNo, status, event_text, event_time, event_id } = scan.data;
    const read = readEventTime(event_time, now, zone);
    if ('problem' in read) return fieldInvalid({ path: ['event_time'], message: read.problem }, trackingNo);
    const rawStatus = maskedLine(status, MAX_WORD, trackingNo);
    const word = keyText(status, MAX_WORD, trackingNo);
    const event: ShipmentEvent = {
      time: read.time,
      rawStatus,
      text: maskedLine(event_text, MAX_TEXT, trackingNo),
      key:
        event_id === undefined
          ? contentKey(read.time, word, keyText(event_text, MAX_TEXT, trackingNo))
          : `id:${event_id}`,
      ...readWord(status, [rawStatus, word], statusMap),
      ...(!isListed(rawStatus, statusMap) && { unlisted: true }),
    };
    const update = { source: ownSystem.name, carrier, trackingNo, events: [event] };
    const pickup = pickupCodesOf([{ ...event, text: event_text }], trackingNo, now);
    return { updates: [update], flaws: [], ...(pickup && { pickupCodes: new Map([[update, pickup]]) }) };
  },
  // One request is one scan of one waybill.
  acknowledge: ({ received: [scan] }) => jsonAnswer(acknowledgementOf(scan as ReceivedUpdate)),
};

/** @param kept the word as it is kept and as it was, both of which the shop can name */
function readWord(
  word: string,
  kept: readonly string[],
  statusMap: StatusMap,
): Pick<ShipmentEvent, 'status' | 'reading'> {
  const corrected = kept
    .map((one) => meaningToShop(wordAt(ownSystem.name, one), statusMap))
    .find((meaning) => meaning !== undefined);
  if (corrected !== undefined) return { status: corrected, reading: 'shop' };
  const status = readStatus(word, statusMap);
  const isKnown = status !== null || meaningToShop(word, statusMap) !== undefined;
  return { status, ...(!isKnown && { reading: 'unknown' as const }) };
}

/** Whether everybody may know a word as it is kept: it is one of ours, or the shop's setting has it. */
function isListed(word: string, statusMap: StatusMap): boolean {
  return (
    isShipmentStatus(word.toLowerCase()) ||
    [word, wordAt(ownSystem.name, word)].some((one) => meaningToShop(one, statusMap) !== undefined)
  );
}

function fieldInvalid(
  issue: { path: PropertyKey[]; message: string } | undefined,
  trackingNo: string | undefined,
): Parsed {
  const field = issue?.path.join('.') ?? '';
  return refused({
    code: 'field-invalid',
    field,
    message: `${field}: ${issue?.message ?? 'is invalid'}`,
    ...(trackingNo !== undefined && { trackingNo }),
  });
}

function refused(refusal: Refusal): Parsed {
  return { ...bodyUnreadable(refusal.message), refusal };
}

function acknowledgementOf(received: ReceivedUpdate): z.infer<typeof expressAcknowledgement> {
  const { update, workflowId, runId, duplicate, handedOver, known, link } = received;
  const status = update.events[0]?.status ?? null;
  return {
    ok: true,
    ...(duplicate !== undefined && { duplicate }),
    handed_over: handedOver,
    workflow_id: workflowId,
    ...(runId !== undefined && { run_id: runId }),
    status,
    status_known: status !== null,
    ...(known !== undefined && {
      waybill_known: known && known.waybill,
      order_known: known && known.order,
    }),
    temporal_ui: link,
  };
}
