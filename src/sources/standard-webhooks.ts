import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import { bodyUnreadable, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fieldsOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import { STANDARD_PROOF_HEADERS, STANDARD_SECRET_FORM, verifyStandardWebhook } from './reading/proof';
import { OUR_WORDS } from './reading/scans';
import type { Source } from './source';

/**
 * Any sender that signs as https://www.standardwebhooks.com specifies: the channel for a carrier without a source
 * of its own. `data` is a waybill, or an array of them, with its scans and our words for their statuses.
 *
 * Evidence: the specification and the signed example of its libraries' tests. The shape of `data` is ours.
 */
export const standardWebhooks: Source = {
  name: 'standard-webhooks',
  title: 'Standard Webhooks',
  mediaTypes: ['application/json'],
  evidence: 'published vectors',
  secretForm: STANDARD_SECRET_FORM,
  statusTable: OUR_WORDS,
  proofHeaders: STANDARD_PROOF_HEADERS,
  verify: verifyStandardWebhook,
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { type, data } = fieldsOf(json);
    const waybills = (Array.isArray(data) ? rowsOf(data) : [fieldsOf(data)]).filter(
      ({ waybill, events }) => waybill !== undefined || events !== undefined,
    );
    if (waybills.length === 0) return notTracking(textOf(type));
    return buildUpdates(waybills.map(waybillOf), { source: standardWebhooks, zone: 'UTC', conditions });
  },
  acknowledge: () => RECEIVED,
  refuse: notReceived,
};

function waybillOf({ carrier, waybill, events }: Fields): SaidWaybill {
  return { carrier: textOf(carrier), trackingNo: textOf(waybill), scans: rowsOf(events).map(scanOf) };
}

function scanOf(event: Fields): SaidScan {
  const code = textOf(event.code);
  return {
    time: textOf(event.occurred_at),
    code,
    text: textOf(event.text),
    place: textOf(event.place),
    id: textOf(event.id),
    identity: [code],
  };
}
