/**
 * The canonical statuses of a shipment and how far along each one is.
 *
 * A parcel only moves forward through phases; inside one phase the latest scan wins. That one rule gives
 * the legal reversals (failed attempt -> out for delivery, delivered -> returning) and refuses the illegal
 * ones (delivered -> in transit), whatever the order in which scans arrive.
 */
export const SHIPMENT_STATUSES = [
  'info_received',
  'picked_up',
  'in_transit',
  'customs',
  'out_for_delivery',
  'available_for_pickup',
  'delivered',
  'failed_attempt',
  'exception',
  'returning',
  'returned',
  'expired',
] as const;

export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];

export function isShipmentStatus(word: string): word is ShipmentStatus {
  return (SHIPMENT_STATUSES as readonly string[]).includes(word);
}

/** The phase a status proves to have been reached; `null` for statuses that say nothing about progress. */
export const PHASE_OF_STATUS: Readonly<Record<ShipmentStatus, number | null>> = {
  info_received: 0,
  picked_up: 1,
  in_transit: 2,
  customs: 2,
  out_for_delivery: 3,
  available_for_pickup: 3,
  failed_attempt: 3,
  delivered: 4,
  returning: 5,
  returned: 6,
  exception: null,
  expired: null,
};
