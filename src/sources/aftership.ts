import { buildUpdates, type SaidScan } from './reading/update';
import { fromBase64, headerOf, hmacsOf, isoOfUnix, verdictOn } from './reading/proof';
import { finestWord } from './reading/scans';
import { bodyUnreadable, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fieldsOf, lineOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import type { Source, StatusTable } from './source';

/**
 * AfterShip Tracking: the whole history of one waybill in each request.
 *
 * Evidence: https://www.aftership.com/docs/tracking/webhook/webhook-signature, its webhook specification and its
 * tables of delivery statuses and sub-statuses. No signed example is published.
 * Assumed: `OutForDelivery_002` still means what it meant before `AvailableForPickup` existed; a checkpoint without
 * an offset is in UTC unless the channel says otherwise.
 */
const STATUSES: StatusTable = {
  Pending: null,
  InfoReceived: 'info_received',
  InTransit: 'in_transit',
  InTransit_002: 'picked_up',
  InTransit_005: 'customs',
  InTransit_006: 'customs',
  OutForDelivery: 'out_for_delivery',
  OutForDelivery_002: 'available_for_pickup',
  AvailableForPickup: 'available_for_pickup',
  AttemptFail: 'failed_attempt',
  Delivered: 'delivered',
  Exception: 'exception',
  Exception_004: 'customs',
  Exception_010: 'returning',
  Exception_011: 'returned',
  Expired: 'expired',
};

export const aftership: Source = {
  name: 'aftership',
  title: 'AfterShip',
  mediaTypes: ['application/json'],
  evidence: 'official documentation',
  statusTable: STATUSES,
  verify(request, secrets) {
    const signature = headerOf(request, 'aftership-hmac-sha256') ?? '';
    return verdictOn(fromBase64(signature), hmacsOf(secrets, request.body));
  },
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { event, msg, ts } = fieldsOf(json);
    if (event !== 'tracking_update') return notTracking(textOf(event));
    const tracking = fieldsOf(msg);
    const waybill = {
      carrier: textOf(tracking.slug),
      trackingNo: textOf(tracking.tracking_number),
      scans: rowsOf(tracking.checkpoints).map(scanOf),
      whole: {
        ...finestWord(STATUSES, textOf(tracking.subtag), textOf(tracking.tag)),
        time: isoOfUnix(ts),
        text: textOf(tracking.subtag_message),
      },
    };
    return buildUpdates([waybill], { source: aftership, zone: 'UTC', conditions });
  },
  acknowledge: () => RECEIVED,
  refuse: notReceived,
};

function scanOf(checkpoint: Fields): SaidScan {
  const word = finestWord(STATUSES, textOf(checkpoint.subtag), textOf(checkpoint.tag));
  return {
    ...word,
    time: textOf(checkpoint.checkpoint_time) || textOf(checkpoint.created_at),
    text: textOf(checkpoint.message),
    place: lineOf(checkpoint.city, checkpoint.state, checkpoint.country_iso3),
    identity: [textOf(checkpoint.slug), word.code],
  };
}
