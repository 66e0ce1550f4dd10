import { buildUpdates, type SaidScan } from './reading/update';
import { fromHex, headerOf, hmacsOf, inHeader, isoOfUnix, verdictOn } from './reading/proof';
import { bodyUnreadable, NOTHING_SAID, notReceived, notTracking, RECEIVED } from './reading/answers';
import { fieldsOf, readJsonObject, textOf, type Fields } from './reading/json';
import type { Source, StatusTable } from './source';

/**
 * Sendcloud: the present state of one parcel.
 *
 * Evidence: https://sendcloud.dev/api/v2/webhooks/parcel-status-changed for the shape, and the signed example of
 * the same pages. Sendcloud publishes its statuses as words (https://sendcloud.dev/docs/tracking/tracking-statuses);
 * the numbers of them are from public code of receivers, two of which agree.
 * Assumed: the newer words of version 3 come in `status.code`; a return parcel that is delivered has been returned;
 * a parcel that names no carrier is filed under `sendcloud`.
 */
const STATUSES: StatusTable = {
  1: 'info_received', // Announced
  3: 'in_transit', // En route to sorting center
  4: 'exception', // Delivery delayed
  5: 'in_transit', // Sorted
  6: 'in_transit', // Not sorted
  7: 'in_transit', // Being sorted
  8: 'failed_attempt', // Delivery attempt failed
  11: 'delivered', // Delivered
  12: 'available_for_pickup', // Awaiting customer pickup
  13: 'info_received', // Announced: not collected
  15: 'exception', // Error collecting
  22: 'picked_up', // Shipment picked up by driver
  80: 'exception', // Unable to deliver
  91: 'in_transit', // Parcel en route
  92: 'out_for_delivery', // Driver en route
  93: 'delivered', // Shipment collected by customer
  94: null, // Parcel cancellation failed
  999: null, // No label
  1000: 'info_received', // Ready to send
  1001: null, // Being announced
  1002: null, // Announcement failed
  1337: null, // Unknown status
  1998: 'exception', // Cancelled upstream
  1999: null, // Cancellation requested
  2000: 'exception', // Cancelled
  2001: null, // Submitting cancellation request
  62989: 'customs', // At customs
  62990: 'in_transit', // At sorting centre
  62991: 'exception', // Refused by recipient
  62992: 'returned', // Returned to sender
  62993: null, // Delivery method changed
  62994: null, // Delivery date changed
  62995: null, // Delivery address changed
  62996: 'exception', // Exception
  62997: 'exception', // Address invalid
};

const HEADER = 'sendcloud-signature';

export const sendcloud: Source = {
  name: 'sendcloud',
  title: 'Sendcloud',
  mediaTypes: ['application/json'],
  evidence: 'published vectors',
  statusTable: STATUSES,
  proofHeaders: [HEADER],
  verify(request, secrets) {
    const at = inHeader(request, HEADER);
    return verdictOn(fromHex(headerOf(request, at.name) ?? ''), hmacsOf(secrets, request.body), at);
  },
  parse({ body }, conditions) {
    const json = readJsonObject(body);
    if (json === undefined) return bodyUnreadable();
    const { action, parcel: said, timestamp, carrier_status_change_timestamp } = fieldsOf(json);
    if (action !== 'parcel_status_changed') return notTracking(textOf(action));
    const parcel = fieldsOf(said);
    if (awaitsNumber(parcel)) return NOTHING_SAID;
    const carrier = fieldsOf(parcel.carrier);
    const waybill = {
      carrier: textOf(carrier.code) || textOf(carrier.name) || 'sendcloud',
      trackingNo: textOf(parcel.tracking_number),
      scans: [scanOf(parcel, isoOfUnix(carrier_status_change_timestamp) || isoOfUnix(timestamp))],
    };
    return buildUpdates([waybill], { source: sendcloud, zone: 'UTC', conditions });
  },
  acknowledge: () => RECEIVED,
  refuse: notReceived,
};

/** While a parcel is announced, Sendcloud tells of it before the carrier has given it a number. */
function awaitsNumber(parcel: Fields): boolean {
  const code = textOf(fieldsOf(parcel.status).id);
  const meaning = Object.hasOwn(STATUSES, code) ? STATUSES[code] : undefined;
  return textOf(parcel.tracking_number).trim() === '' && (meaning === null || meaning === 'info_received');
}

function scanOf(parcel: Fields, time: string): SaidScan {
  const { id, message } = fieldsOf(parcel.status);
  const code = textOf(id);
  const cameHome = parcel.is_return === true && STATUSES[code] === 'delivered';
  return {
    time,
    code,
    text: textOf(message),
    identity: [code],
    ...(cameHome && { status: 'returned' }),
  };
}
