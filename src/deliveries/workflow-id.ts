import { createHash } from 'node:crypto';
import { isNamed } from '../shipment/scan-version';
import type { ScanText, ShipmentUpdate } from '../shipment/update';
import { splitTexts } from './split-texts';
import { inDigestForm } from './word-digest';

const PREFIX = 'delivery/';
/** 80 bits: two different updates of one waybill never meet by chance. */
const DIGEST_LENGTH = 20;

/**
 * The identity of a delivery, so that the same update sent twice is one workflow. Over what the update says,
 * never over when it was received. Each part is percent-encoded: a slash always parts two of them.
 */
export function deliveryWorkflowId(update: ShipmentUpdate): string {
  const { source, carrier, trackingNo, events, state, formerCarrier } = update;
  // With the statuses: once a table knows a word that it did not know before, the same request says more.
  const scans = events.map(({ key, status }) => [key, status ?? '']).sort();
  const digest = createHash('sha256')
    .update(JSON.stringify([scans, state, formerCarrier]))
    .digest('hex')
    .slice(0, DIGEST_LENGTH);
  return PREFIX + [source, carrier, trackingNo, digest].map(encodeURIComponent).join('/');
}

/** Whether a word has the form of the id of a delivery. */
export function isDeliveryId(word: string): boolean {
  return word.startsWith(PREFIX);
}

/** The parcel that the id of a delivery names; nothing of any other id. */
export function parcelOf(workflowId: string): {
  readonly carrier: string | null;
  readonly trackingNo: string | null;
} {
  const [, , carrier = null, trackingNo = null] = isDeliveryId(workflowId)
    ? workflowId.split('/').map(decoded)
    : [];
  return { carrier, trackingNo };
}

/** People may give an id that we have not made. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Of the content of scans whose sender names them by ids: enough to tell the versions of one id apart. */
const VERSION_LENGTH = 10;

/**
 * What scans say, for those that are known by an id of their sender; the id alone does not tell. Their texts are no
 * part of it: they are written beside. What an earlier release wrote is no other version for being masked less, nor for
 * being written in clear.
 */
export function contentOfNamed({ events, trackingNo }: ShipmentUpdate): string {
  const named = events.filter(({ key }) => isNamed(key));
  return JSON.stringify(
    named.map(({ key, time, rawStatus }) => [key, time, inDigestForm(rawStatus, trackingNo)]).sort(),
  );
}

/** The delivery of another version of what this workflow delivers: same ids and statuses, another time or word. */
export function versionWorkflowId(workflowId: string, update: ShipmentUpdate): string {
  const digest = createHash('sha256').update(contentOfNamed(update)).digest('hex');
  return `${workflowId}~${digest.slice(0, VERSION_LENGTH)}`;
}

/** The delivery of the same update for another row of the shop with its number. */
export const rowWorkflowId = (workflowId: string, waybillId: string): string =>
  workflowId + rowEnding(waybillId);

/** The delivery of the same update that this one was started beside, for its own row; itself where it was started first. */
export function firstWorkflowId(workflowId: string, waybillId: string): string {
  const ending = rowEnding(waybillId);
  return workflowId.endsWith(ending) ? workflowId.slice(0, -ending.length) : workflowId;
}

function rowEnding(waybillId: string): string {
  const digest = createHash('sha256').update(waybillId).digest('hex');
  return `~${digest.slice(0, VERSION_LENGTH)}`;
}

/** Whether two deliveries are of one source and parcel. */
export function areOfOneParcel(one: string, other: string): boolean {
  const parcel = (id: string): string => id.slice(0, id.lastIndexOf('/'));
  return parcel(one) === parcel(other);
}

/**
 * The delivery of an update whose words mean once more what they meant before: its own id stands for that decision.
 * @param seq the number of the newest decision about its parcel: until there is another, it is the same delivery
 */
export function rereadWorkflowId(workflowId: string, seq: string): string {
  return `${workflowId}~${seq}`;
}

/** One update as it travels, and the id of the workflow that delivers it. */
export interface Delivery {
  readonly workflowId: string;
  readonly update: ShipmentUpdate;
}

/** A delivery with what its scans say in words, which does not travel with it. */
export interface ReadDelivery extends Delivery {
  readonly texts: readonly ScanText[];
}

/**
 * Names the delivery of an update: once, where a request has been read. From there on the two go together, and the
 * texts by a way of their own.
 */
export function deliveryOf(update: ShipmentUpdate): ReadDelivery {
  return { workflowId: deliveryWorkflowId(update), ...splitTexts(update) };
}
