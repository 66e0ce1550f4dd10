import { createHash } from 'node:crypto';
import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import { finestWord } from './reading/scans';
import { bytesOfMember, fieldsOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import { bodyUnreadable, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fromHex, headerOf, inField, inHeader, missing, proving, verdictOn } from './reading/proof';
import type { Source, StatusTable, Verification, WebhookRequest } from './source';

/**
 * 17TRACK, versions 2.x and 1: the whole history of one waybill in each request. Carriers are 17TRACK's numbers.
 *
 * Evidence: public code of receivers in three languages, which agree; 17TRACK's help page of statuses and
 * sub-statuses. No signed example is published.
 * Assumed: the names of the short fields of version 1, and that its number 30 is a parcel to be fetched.
 */
const STATUSES: StatusTable = {
  NotFound: null,
  NotFound_Other: null,
  NotFound_InvalidCode: null,
  InfoReceived: 'info_received',
  InTransit: 'in_transit',
  InTransit_Other: 'in_transit',
  InTransit_PickedUp: 'picked_up',
  InTransit_Departure: 'in_transit',
  InTransit_Arrival: 'in_transit',
  InTransit_CustomsProcessing: 'customs',
  InTransit_CustomsReleased: 'customs',
  InTransit_CustomsRequiringInformation: 'customs',
  Expired: 'expired',
  Expired_Other: 'expired',
  AvailableForPickup: 'available_for_pickup',
  AvailableForPickup_Other: 'available_for_pickup',
  OutForDelivery: 'out_for_delivery',
  OutForDelivery_Other: 'out_for_delivery',
  DeliveryFailure: 'failed_attempt',
  DeliveryFailure_Other: 'failed_attempt',
  DeliveryFailure_NoBody: 'failed_attempt',
  // Held for safety, customs or money; refused; wrongly addressed: the courier does not come again by himself.
  DeliveryFailure_Security: 'exception',
  DeliveryFailure_Rejected: 'exception',
  DeliveryFailure_InvalidAddress: 'exception',
  Delivered: 'delivered',
  Delivered_Other: 'delivered',
  Exception: 'exception',
  Exception_Other: 'exception',
  Exception_Returning: 'returning',
  Exception_Returned: 'returned',
  Exception_NoBody: 'exception',
  Exception_Security: 'exception',
  Exception_Damage: 'exception',
  Exception_Rejected: 'exception',
  Exception_Delayed: 'exception',
  Exception_Lost: 'exception',
  Exception_Destroyed: 'exception',
  Exception_Cancel: 'exception',
  // Stages of single scans, where they differ from the statuses.
  PickedUp: 'picked_up',
  Departure: 'in_transit',
  Arrival: 'in_transit',
  Returning: 'returning',
  Returned: 'returned',
  // Version 1.
  0: null,
  10: 'in_transit',
  20: 'expired',
  30: 'available_for_pickup',
  35: 'failed_attempt',
  40: 'delivered',
  50: 'exception',
};

export const seventeenTrack: Source = {
  name: '17track',
  title: '17TRACK',
  mediaTypes: ['application/json'],
  evidence: 'integrators’ code',
  statusTable: STATUSES,
  verify: verify17Track,
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { event, data } = fieldsOf(json);
    const waybill = waybillOf(fieldsOf(data));
    if (waybill === undefined) return notTracking(textOf(event));
    return buildUpdates([waybill], { source: seventeenTrack, zone: 'UTC', conditions });
  },
  acknowledge: () => RECEIVED,
  refuse: notReceived,
};

/** @returns `undefined` where nothing is said of the parcel, as when 17TRACK stops following it. */
function waybillOf(data: Fields): SaidWaybill | undefined {
  const carrier = textOf(data.carrier);
  const trackingNo = textOf(data.number);
  if (data.track_info) return { carrier, trackingNo, ...historyOf(fieldsOf(data.track_info)) };
  if (data.track) return { carrier, trackingNo, ...historyOfVersion1(fieldsOf(data.track)) };
  return undefined;
}

type History = Pick<SaidWaybill, 'scans' | 'whole'>;

function historyOf(info: Fields): History {
  const providers = rowsOf(fieldsOf(info.tracking).providers);
  const events = providers.flatMap(({ events: ofOne }) => rowsOf(ofOne));
  const latest = fieldsOf(info.latest_event);
  const { status, sub_status: fine } = fieldsOf(info.latest_status);
  const rows = events.length === 0 && info.latest_event ? [latest] : events;
  return {
    scans: rows.map(scanOf),
    whole: {
      ...finestWord(STATUSES, ...wordsOf(fine), textOf(status)),
      time: timeOf(latest),
      text: textOf(latest.description),
    },
  };
}

function scanOf(event: Fields): SaidScan {
  const word = finestWord(STATUSES, ...wordsOf(event.sub_status), textOf(event.stage));
  return {
    ...word,
    time: timeOf(event),
    text: textOf(event.description),
    place: textOf(event.location),
    identity: [word.code],
  };
}

/** A sub-status that is in no table still says its status: `Delivered_Other` is delivered. */
function wordsOf(subStatus: unknown): string[] {
  const word = textOf(subStatus);
  return [word, word.split('_', 1)[0] ?? ''];
}

/** As the carrier wrote it where 17TRACK could not tell the moment; a day without a time begins in its own zone. */
function timeOf(event: Fields): string {
  const { date, time, timezone } = fieldsOf(event.time_raw);
  const [day, zone] = [textOf(date), textOf(timezone)];
  const clock = textOf(time) || (zone === '' ? '' : '00:00:00');
  const raw = day === '' ? '' : `${day} ${clock}${zone}`.trim();
  return textOf(event.time_utc) || textOf(event.time_iso) || raw;
}

/** Version 1: `e` is the status; `z1`, `z2` are the lists of the two carriers; `a`, `c`, `z` time, place, text. */
function historyOfVersion1(track: Fields): History {
  const listed = [...rowsOf(track.z1), ...rowsOf(track.z2)];
  const latest = fieldsOf(track.z0);
  const rows = listed.length === 0 && track.z0 ? [latest] : listed;
  return {
    scans: rows.map(({ a: time, c: place, z: text }) => ({
      time: textOf(time),
      text: textOf(text),
      place: textOf(place),
      code: '',
    })),
    whole: { ...finestWord(STATUSES, textOf(track.e)), time: textOf(latest.a), text: textOf(latest.z) },
  };
}

/** Both versions of 17TRACK's signature: a plain SHA-256 over what is said and the key, parted by slashes. */
function verify17Track(request: WebhookRequest, secrets: readonly string[]): Verification {
  const signature = headerOf(request, 'sign');
  return signature === undefined
    ? verifySignInBody(request, secrets)
    : verdictOn(fromHex(signature), sha256s(secrets, request.body), inHeader(request, 'sign'));
}

/** Version 1: `sign` stands in the body, over the event and the data as they were sent. */
function verifySignInBody(request: WebhookRequest, secrets: readonly string[]): Verification {
  const { body } = request;
  const { event, sign } = fieldsOf(readJsonObject(body));
  // Version 2 is what is sent today.
  if (textOf(sign) === '') return missing(inHeader(request, 'sign'));
  const data = bytesOfMember(body, 'data');
  if (data === undefined) return missing(inField('data'));
  return verdictOn(fromHex(textOf(sign)), sha256s(secrets, `${textOf(event)}/`, data), inField('sign'));
}

function sha256s(secrets: readonly string[], ...said: readonly (string | Buffer)[]): Buffer[] {
  return proving(secrets).map((key) =>
    [...said, `/${key}`].reduce((hash, part) => hash.update(part), createHash('sha256')).digest(),
  );
}
