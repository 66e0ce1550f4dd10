import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import {
  fromHex,
  headerOf,
  hmacsOf,
  inField,
  inHeader,
  missing,
  verdictOn,
  verdictOnAge,
  type Place,
} from './reading/proof';
import { finestWord } from './reading/scans';
import { bodyUnreadable, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fieldsOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import type { Source, StatusTable, WebhookRequest } from './source';

/**
 * TrackingMore and 51Tracking, versions 4, 3 and 2: the whole history of one waybill in each request.
 *
 * The signature covers a timestamp only. Whoever sees one request can send another body with the same proof, so
 * the proof is good for one body: `once`.
 *
 * Evidence: the webhook.md of TrackingMore's public repositories and https://www.51tracking.com/help_article-75-155-cn.html,
 * with one signed example of version 4 and one of version 3; their table of statuses; public code of receivers.
 * Their prose speaks of base64 over the body; their code and example do not. In versions 2 and 3 the key is the
 * account's e-mail address and the proof stands in the body.
 * Assumed: the envelope of version 4 is that of their API, `data` around the waybill; `pickup` without a sub-status
 * is the parcel on its way to the door.
 */
const STATUSES: StatusTable = {
  pending: null,
  notfound: null,
  notfound001: 'info_received',
  notfound002: null,
  inforeceived: 'info_received',
  inforeceived001: 'info_received',
  transit: 'in_transit',
  transit001: 'in_transit',
  transit002: 'in_transit',
  transit003: 'in_transit',
  transit004: 'in_transit',
  transit005: 'customs',
  transit006: 'in_transit',
  transit007: 'in_transit',
  pickup: 'out_for_delivery',
  pickup001: 'out_for_delivery',
  pickup002: 'available_for_pickup',
  pickup003: 'out_for_delivery',
  delivered: 'delivered',
  delivered001: 'delivered',
  delivered002: 'delivered',
  delivered003: 'delivered',
  delivered004: 'delivered',
  undelivered: 'failed_attempt',
  // a wrong address; 002: nobody was there; 003: nobody of that name; 004: any other reason
  undelivered001: 'exception',
  undelivered002: 'failed_attempt',
  undelivered003: 'exception',
  undelivered004: 'failed_attempt',
  // not collected, other trouble, held by customs, damaged, cancelled, refused
  exception: 'exception',
  exception004: 'exception',
  exception005: 'exception',
  exception006: 'customs',
  exception007: 'exception',
  exception008: 'exception',
  exception009: 'exception',
  exception010: 'returned',
  exception011: 'returning',
  expired: 'expired',
  expired001: 'expired',
};

export const trackingmore: Source = {
  name: 'trackingmore',
  title: 'TrackingMore / 51Tracking',
  mediaTypes: ['application/json'],
  evidence: 'published vectors',
  statusTable: STATUSES,
  verify(request, secrets, conditions) {
    const { timestamp, signature, at } = proofOf(request);
    if (timestamp === '' || signature === '')
      return missing(at(signature === '' ? 'signature' : 'timestamp'));
    const digest = fromHex(signature);
    const verdict = verdictOn(digest, hmacsOf(secrets, timestamp), at('signature'));
    if (!verdict.ok) return verdict;
    const age = verdictOnAge(timestamp, conditions, 'timestamp');
    // The digest, not the text: its digits could be sent again in the other case.
    return age.ok ? { ok: true, once: `${timestamp}/${digest.toString('hex')}` } : age;
  },
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { data = json, event } = fieldsOf(json);
    const waybills = (Array.isArray(data) ? rowsOf(data) : [fieldsOf(data)]).filter(isWaybill);
    if (waybills.length === 0) return notTracking(textOf(event));
    return buildUpdates(waybills.map(waybillOf), { source: trackingmore, zone: 'UTC', conditions });
  },
  acknowledge: () => RECEIVED,
  refuse: notReceived,
};

/** In version 4 in the headers; before, in the body, or in a part of it. */
function proofOf(request: WebhookRequest): Proof {
  const headers = {
    timestamp: headerOf(request, 'timestamp') ?? '',
    signature: headerOf(request, 'signature') ?? '',
    at: (name: string) => inHeader(request, name),
  };
  if (headers.timestamp !== '' || headers.signature !== '') return headers;
  const body = fieldsOf(readJsonObject(request.body));
  const proof = body.signature === undefined ? fieldsOf(body.verifyInfo) : body;
  const signature = textOf(proof.signature);
  // Who signs nowhere is told where it is done today.
  if (signature === '') return headers;
  return {
    timestamp: textOf(proof.timeStr) || textOf(proof.timestamp),
    signature,
    at: (name) => inField(name),
  };
}

interface Proof {
  readonly timestamp: string;
  readonly signature: string;
  readonly at: (name: string) => Place;
}

function isWaybill(data: Fields): boolean {
  return data.tracking_number !== undefined;
}

function waybillOf(data: Fields): SaidWaybill {
  const lists = [data.origin_info, data.destination_info].map((info) => fieldsOf(info).trackinfo);
  const status = textOf(data.delivery_status) || textOf(data.status);
  return {
    carrier: textOf(data.courier_code) || textOf(data.carrier_code),
    trackingNo: textOf(data.tracking_number),
    scans: lists.flatMap(rowsOf).map(scanOf),
    whole: {
      ...finestWord(STATUSES, textOf(data.substatus), status),
      // Their spelling.
      time: textOf(data.lastest_checkpoint_time) || textOf(data.latest_checkpoint_time),
      text: textOf(data.latest_event),
    },
  };
}

/** Version 2 has names of its own. Its `Details` are the place beside a description, and else the description. */
function scanOf(node: Fields): SaidScan {
  const [description, details] = [textOf(node.StatusDescription), textOf(node.Details)];
  const fine = textOf(node.checkpoint_delivery_substatus) || textOf(node.substatus);
  const status = textOf(node.checkpoint_delivery_status) || textOf(node.checkpoint_status);
  const word = finestWord(STATUSES, fine, status);
  return {
    ...word,
    time: textOf(node.checkpoint_date) || textOf(node.Date),
    text: textOf(node.tracking_detail) || description || details,
    place: textOf(node.location) || (description === '' ? '' : details),
    identity: [word.code],
  };
}
