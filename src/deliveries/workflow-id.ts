import { createHash } from 'node:crypto';
import type { ShipmentUpdate } from '../shipment/update';

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
  return ['delivery', source, carrier, trackingNo, digest].map(encodeURIComponent).join('/');
}

/** One update, and the id of the workflow that delivers it. */
export interface Delivery {
  readonly workflowId: string;
  readonly update: ShipmentUpdate;
}

/** Names the delivery of an update: once, where a request has been read. From there on the two go together. */
export function deliveryOf(update: ShipmentUpdate): Delivery {
  return { workflowId: deliveryWorkflowId(update), update };
}
