import { buildUpdates, type SaidScan } from './reading/update';
import { fromBase64, headerOf, hmacsOf, inHeader, isoOfUnix, verdictOn } from './reading/proof';
import { finestWord } from './reading/scans';
import { bodyUnreadable, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fieldsOf, lineOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import type { Source, StatusTable, WebhookRequest } from './source';

/**
 * AfterShip Tracking: the whole history of one waybill in each request.
 *
 * Evidence: https://www.aftership.com/docs/tracking/webhook/webhook-signature, its webhook specification and its
 * tables of delivery statuses and sub-statuses; the older header from
 * https://www.aftership.com/docs/returns/2024-07/webhook/signature and a receiver's public code. No signed example is
 * published.
 * Assumed: `OutForDelivery_002` still means what it meant before `AvailableForPickup` existed; a checkpoint without
 * an offset is in UTC unless the channel says otherwise.
 */
const STATUSES: StatusTable = {
  Pending: null,
  Pending_001: null,
  Pending_002: null,
  Pending_003: null,
  Pending_004: null,
  Pending_005: null,
  Pending_006: null,
  InfoReceived: 'info_received',
  InfoReceived_001: 'info_received',
  InTransit: 'in_transit',
  InTransit_001: 'in_transit',
  InTransit_002: 'picked_up',
  InTransit_003: 'in_transit',
  InTransit_004: 'in_transit',
  InTransit_005: 'customs',
  InTransit_006: 'customs',
  InTransit_007: 'in_transit',
  InTransit_008: 'in_transit',
  // sent on to another address
  InTransit_009: 'in_transit',
  OutForDelivery: 'out_for_delivery',
  OutForDelivery_001: 'out_for_delivery',
  OutForDelivery_002: 'available_for_pickup',
  OutForDelivery_003: 'out_for_delivery',
  OutForDelivery_004: 'out_for_delivery',
  AvailableForPickup: 'available_for_pickup',
  AvailableForPickup_001: 'available_for_pickup',
  AttemptFail: 'failed_attempt',
  AttemptFail_001: 'failed_attempt',
  AttemptFail_002: 'failed_attempt',
  AttemptFail_003: 'failed_attempt',
  Delivered: 'delivered',
  Delivered_001: 'delivered',
  Delivered_002: 'delivered',
  Delivered_003: 'delivered',
  Delivered_004: 'delivered',
  Delivered_005: 'delivered',
  // moved, refused, delayed, held for payment, wrong address, not collected, not taken by the carrier
  Exception: 'exception',
  Exception_001: 'exception',
  Exception_002: 'exception',
  Exception_003: 'exception',
  Exception_004: 'customs',
  Exception_005: 'exception',
  Exception_006: 'exception',
  Exception_007: 'exception',
  Exception_008: 'exception',
  Exception_009: 'exception',
  Exception_010: 'returning',
  Exception_011: 'returned',
  // damaged, lost; since 2026: delayed in the network, by the weather, for want of documents
  Exception_012: 'exception',
  Exception_013: 'exception',
  Exception_016: 'exception',
  Exception_017: 'exception',
  Exception_018: 'exception',
  Expired: 'expired',
  Expired_001: 'expired',
};

const HEADER = 'aftership-hmac-sha256';
/** How organizations from before 25 October 2022 are signed to: the same digest, named with its algorithm. */
const OLDER_HEADER = 'am-webhook-signature';
const OLDER_SCHEME = 'hmac-sha256=';

export const aftership: Source = {
  name: 'aftership',
  title: 'AfterShip',
  mediaTypes: ['application/json'],
  evidence: 'official documentation',
  statusTable: STATUSES,
  proofHeaders: [HEADER, OLDER_HEADER],
  verify(request, secrets) {
    const [signature, older] = [headerOf(request, HEADER), olderSignature(request)];
    const name = signature === undefined && older !== '' ? OLDER_HEADER : HEADER;
    const digest = fromBase64(signature ?? older);
    return verdictOn(digest, hmacsOf(secrets, request.body), inHeader(request, name));
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

function olderSignature(request: WebhookRequest): string {
  const signature = headerOf(request, OLDER_HEADER) ?? '';
  return signature.startsWith(OLDER_SCHEME) ? signature.slice(OLDER_SCHEME.length) : '';
}

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
