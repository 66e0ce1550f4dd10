import { buildUpdates, type SaidScan } from './reading/update';
import {
  fromHex,
  headerOf,
  hmacsOf,
  inHeader,
  missing,
  refused,
  verdictOn,
  verdictOnAge,
} from './reading/proof';
import { finestWord } from './reading/scans';
import { bodyUnreadable, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fieldsOf, lineOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import type { Source, StatusTable } from './source';

/**
 * Shippo: the state and the history of one waybill in each request. Shippo signs only what it was asked to sign
 * by its support; a channel without secrets relies on its URL.
 *
 * Evidence: public code of receivers, which agrees on shape, signature and words, and cites
 * https://docs.goshippo.com. No signed example is published.
 * Assumed: RETURNED is still on its way, since Shippo says it for both; a left notice is a failed attempt.
 */
const STATUSES: StatusTable = {
  UNKNOWN: null,
  PRE_TRANSIT: 'info_received',
  information_received: 'info_received',
  TRANSIT: 'in_transit',
  package_accepted: 'picked_up',
  package_arrived: 'in_transit',
  package_departed: 'in_transit',
  package_forwarded: 'in_transit',
  package_processed: 'in_transit',
  package_processing: 'in_transit',
  out_for_delivery: 'out_for_delivery',
  pickup_available: 'available_for_pickup',
  delivery_attempted: 'failed_attempt',
  notice_left: 'failed_attempt',
  location_inaccessible: 'failed_attempt',
  package_held: 'exception',
  package_damaged: 'exception',
  package_disposed: 'exception',
  package_lost: 'exception',
  package_unclaimed: 'exception',
  package_undeliverable: 'exception',
  address_issue: 'exception',
  contact_carrier: 'exception',
  return_to_sender: 'returning',
  DELIVERED: 'delivered',
  RETURNED: 'returning',
  FAILURE: 'exception',
};

const HEADER = 'shippo-auth-signature';

export const shippo: Source = {
  name: 'shippo',
  title: 'Shippo',
  mediaTypes: ['application/json'],
  evidence: 'integrators’ code',
  statusTable: STATUSES,
  proofHeaders: [HEADER],
  verify(request, secrets, conditions) {
    const at = inHeader(request, HEADER);
    const header = headerOf(request, at.name);
    if (header === undefined) return missing(at);
    const { t: time, v1: signature } = Object.fromEntries(
      header.split(',').map((part) => part.split('=', 2) as [string, string]),
    ) as { t?: string; v1?: string };
    if (!time || !signature) {
      return refused('signature-missing', { kind: 'header-malformed', place: at.name });
    }
    const verdict = verdictOn(fromHex(signature), hmacsOf(secrets, `${time}.`, request.body), at);
    return verdict.ok ? verdictOnAge(time, conditions, at.name) : verdict;
  },
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { event, data } = fieldsOf(json);
    if (event !== 'track_updated') return notTracking(textOf(event));
    const track = fieldsOf(data);
    const state = fieldsOf(track.tracking_status);
    const now = scanOf(state);
    const waybill = {
      carrier: textOf(track.carrier),
      trackingNo: textOf(track.tracking_number),
      scans: [...rowsOf(track.tracking_history).map(scanOf), ...(now.time === '' ? [] : [now])],
      whole: now,
    };
    return buildUpdates([waybill], { source: shippo, zone: 'UTC', conditions });
  },
  acknowledge: () => RECEIVED,
  refuse: notReceived,
};

/** The state of the waybill is one of its scans, told again: by its content, since each telling has its own id. */
function scanOf(said: Fields): SaidScan {
  const { substatus, location } = said;
  const { city, state, country } = fieldsOf(location);
  const fine = textOf(fieldsOf(substatus).code);
  const status = textOf(said.status);
  const word = finestWord(STATUSES, fine, status);
  return {
    ...word,
    time: textOf(said.status_date),
    text: textOf(said.status_details),
    place: lineOf(city, state, country),
    identity: [status, fine],
  };
}
