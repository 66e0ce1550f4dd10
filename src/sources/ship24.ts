import { createHash } from 'node:crypto';
import type { ShipmentStatus } from '../shipment/status';
import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import { headerOf, inHeader, missing, proving, refused, verdictOn } from './reading/proof';
import { finestWord, type Word } from './reading/scans';
import { bodyUnreadable, jsonAnswer, notTracking } from './reading/answers';
import { fieldsOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import type { Source, StatusTable } from './source';

/**
 * Ship24: one scan each of several waybills. Nothing is signed: a fixed bearer token stands in each request.
 *
 * Evidence: https://docs.ship24.com/webhooks and https://docs.ship24.com/status; public code of receivers.
 * Assumed: any code of customs, also a rejection, is the parcel at customs; a scan without a courier belongs to a
 * waybill of the carrier `ship24`.
 */
const STATUSES: StatusTable = {
  pending: null,
  info_received: 'info_received',
  in_transit: 'in_transit',
  out_for_delivery: 'out_for_delivery',
  failed_attempt: 'failed_attempt',
  available_for_pickup: 'available_for_pickup',
  delivered: 'delivered',
  exception: 'exception',
  data_order_created: 'info_received',
  data_order_cancelled: 'exception',
  transit_handover: 'picked_up',
  transit_origin_country_departure: 'in_transit',
  destination_arrival: 'in_transit',
  customs_received: 'customs',
  customs_exception: 'customs',
  customs_rejected: 'customs',
  customs_cleared: 'customs',
  delivery_available_for_pickup: 'available_for_pickup',
  delivery_out_for_delivery: 'out_for_delivery',
  delivery_attempted: 'failed_attempt',
  delivery_exception: 'exception',
  delivery_refused: 'exception',
  delivery_delivered: 'delivered',
  exception_return: 'returning',
  exception_lost: 'exception',
  exception_discarded: 'exception',
};

const HEADER = 'authorization';
const SCHEME = 'Bearer ';

export const ship24: Source = {
  name: 'ship24',
  title: 'Ship24',
  mediaTypes: ['application/json'],
  evidence: 'official documentation',
  statusTable: STATUSES,
  proofHeaders: [HEADER],
  verify(request, secrets) {
    const at = inHeader(request, HEADER);
    const header = headerOf(request, at.name);
    if (header === undefined) return missing(at);
    const token = header.startsWith(SCHEME) ? header.slice(SCHEME.length) : '';
    if (token === '') return refused('signature-missing', { kind: 'header-malformed', place: at.name });
    // Digests are all of one length: the time that comparing takes says nothing about the secret's.
    return verdictOn(sha256(token), proving(secrets).map(sha256), at);
  },
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { trackings } = fieldsOf(json);
    if (!Array.isArray(trackings)) return notTracking(Object.keys(fieldsOf(json)).join(', '));
    return buildUpdates(rowsOf(trackings).map(waybillOf), { source: ship24, zone: 'UTC', conditions });
  },
  acknowledge: () => jsonAnswer({ success: true }),
  refuse: (message) => jsonAnswer({ success: false, message }),
};

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function waybillOf(tracking: Fields): SaidWaybill {
  const { trackingNumber } = fieldsOf(tracking.tracker);
  const events = rowsOf(tracking.events);
  const courier = events.map(({ courierCode }) => textOf(courierCode)).find((code) => code !== '');
  return {
    carrier: courier ?? 'ship24',
    trackingNo: textOf(trackingNumber) || textOf(events[0]?.trackingNumber),
    scans: events.map(scanOf),
    // Beside a scan, which may be an old one, the state of today would be dated wrongly.
    ...(events.length === 0 && { whole: { ...wordOf(fieldsOf(tracking.shipment)), time: '', text: '' } }),
  };
}

function scanOf(event: Fields): SaidScan {
  const word = wordOf(event);
  return {
    ...word,
    time: textOf(event.occurrenceDatetime),
    text: textOf(event.status),
    place: textOf(event.location),
    id: textOf(event.eventId),
    identity: [word.code],
  };
}

function wordOf(said: Fields): Word {
  const code = textOf(said.statusCode);
  const word = finestWord(STATUSES, code, textOf(said.statusMilestone));
  const status = Object.hasOwn(STATUSES, code) ? undefined : kindOf(code);
  return status === undefined ? word : { ...word, status };
}

/** What Ship24's names of codes say by themselves, for those that are new. */
function kindOf(code: string): ShipmentStatus | undefined {
  if (code.startsWith('customs_')) return 'customs';
  return code.startsWith('exception_') && code.includes('return') ? 'returning' : undefined;
}
