import { createHash } from 'node:crypto';
import type { ShipmentUpdate } from '../shipment/update';

/** 80 bits: two different updates of one waybill never meet by chance. */
const DIGEST_LENGTH = 20;

/** A scan that brings no id of its own is told apart by what it says. */
export function eventKey(event: { id?: string; time: string; rawStatus: string; text: string }): string {
  if (event.id !== undefined) return `id:${event.id}`;
  const said = JSON.stringify([event.time, event.rawStatus, event.text]);
  return `said:${sha256(said)}`;
}

/**
 * The identity of a delivery, so that the same update sent twice is one workflow. Over what the update says,
 * never over when it was received. Each part is percent-encoded: a slash always parts two of them.
 */
export function deliveryWorkflowId({ source, carrier, trackingNo, events }: ShipmentUpdate): string {
  const keys = events.map(({ key }) => key).sort();
  const digest = sha256(JSON.stringify(keys)).slice(0, DIGEST_LENGTH);
  return ['delivery', source, carrier, trackingNo, digest].map(encodeURIComponent).join('/');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
