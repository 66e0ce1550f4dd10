import { DateTime } from 'luxon';
import { buildUpdates, type SaidScan } from './reading/update';
import { fromHex, headerOf, hmacsOf, inHeader, missing, verdictOn, verdictOnMoment } from './reading/proof';
import { finestWord, type Word } from './reading/scans';
import { bodyUnreadable, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fieldsOf, lineOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import type { Conditions, Source, StatusTable, Verification, WebhookRequest } from './source';

/**
 * EasyPost: the whole history of one waybill in each request.
 *
 * Evidence: https://docs.easypost.com/guides/webhooks-guide and /docs/trackers; the public client libraries, whose
 * tests hold a signed example. The key is the secret in Unicode's NFKD form, and the signature covers the bytes:
 * a weight of 136.0 does not survive being written anew. The second signature:
 * https://support.easypost.com/hc/en-us/articles/39826034964237-Webhook-HMAC-Validation for its headers, and the public
 * code of three receivers, which agree, for the order of what it covers. No example of it is published.
 * Assumed: the first facility of the carrier has picked the parcel up; the delivery of a return is the return.
 * EasyPost names no detail for customs.
 */
const STATUSES: StatusTable = {
  unknown: null,
  pre_transit: 'info_received',
  in_transit: 'in_transit',
  'in_transit/received_at_origin_facility': 'picked_up',
  out_for_delivery: 'out_for_delivery',
  available_for_pickup: 'available_for_pickup',
  delivered: 'delivered',
  return_to_sender: 'returning',
  failure: 'exception',
  cancelled: 'exception',
  error: 'exception',
};

const SCHEME = 'hmac-sha256-hex=';

const FIRST = 'x-hmac-signature';
/** The header of the second signature, which comes beside the first, or alone; and what else it signs. */
const SECOND = 'x-hmac-signature-v2';
const TIME = 'x-timestamp';
const PATH = 'x-path';

export const easypost: Source = {
  name: 'easypost',
  title: 'EasyPost',
  mediaTypes: ['application/json'],
  evidence: 'published vectors',
  statusTable: STATUSES,
  proofHeaders: [FIRST, SECOND],
  verify(request, secrets, conditions) {
    const keys = secrets.map((secret) => secret.normalize('NFKD'));
    const overBody = verifyBody(request, keys);
    if (overBody.ok || headerOf(request, SECOND) === undefined) return overBody;
    return verifyTimeAndPath(request, keys, conditions);
  },
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { description, result } = fieldsOf(json);
    if (description !== 'tracker.updated' && description !== 'tracker.created') {
      return notTracking(textOf(description));
    }
    const tracker = fieldsOf(result);
    const waybill = {
      carrier: textOf(tracker.carrier),
      trackingNo: textOf(tracker.tracking_code),
      scans: rowsOf(tracker.tracking_details).map((detail) => scanOf(detail, tracker)),
      whole: { ...wordOf(tracker, tracker), time: textOf(tracker.updated_at), text: '' },
    };
    return buildUpdates([waybill], { source: easypost, zone: 'UTC', conditions });
  },
  acknowledge: () => RECEIVED,
  refuse: notReceived,
};

function verifyBody(request: WebhookRequest, keys: readonly string[]): Verification {
  const at = inHeader(request, FIRST);
  return verdictOn(digestIn(headerOf(request, FIRST)), hmacsOf(keys, request.body), at);
}

/** Over the time, the method, the path as EasyPost called it, and the body. */
function verifyTimeAndPath(
  request: WebhookRequest,
  keys: readonly string[],
  conditions: Conditions,
): Verification {
  const [time, path] = [headerOf(request, TIME), headerOf(request, PATH)];
  if (time === undefined || path === undefined)
    return missing(inHeader(request, time === undefined ? TIME : PATH));
  const expected = hmacsOf(keys, `${time}POST${path}`, request.body);
  const verdict = verdictOn(digestIn(headerOf(request, SECOND)), expected, inHeader(request, SECOND));
  return verdict.ok ? verdictOnMoment(DateTime.fromRFC2822(time).toMillis(), conditions, TIME) : verdict;
}

function digestIn(signature = ''): Buffer {
  return fromHex(signature.startsWith(SCHEME) ? signature.slice(SCHEME.length) : '');
}

function scanOf(detail: Fields, tracker: Fields): SaidScan {
  const word = wordOf(detail, tracker);
  const place = fieldsOf(detail.tracking_location);
  return {
    ...word,
    time: textOf(detail.datetime),
    text: textOf(detail.message),
    place: lineOf(place.city, place.state, place.country),
    identity: [word.code],
  };
}

function wordOf(said: Fields, tracker: Fields): Word {
  const status = textOf(said.status);
  const detail = textOf(said.status_detail);
  const word = finestWord(STATUSES, detail && `${status}/${detail}`, status);
  // The buyer's own parcel that went back: it is not the buyer who has it.
  if (word.status !== 'delivered' || tracker.is_return !== true) return word;
  return { ...word, status: tracker.finalized === true ? 'returned' : 'returning' };
}
