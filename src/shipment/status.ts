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

/** A shop's own words for statuses. */
export type StatusMap = Readonly<Record<string, ShipmentStatus>>;

/** Reads a word that stands for a status. The shop's own map goes first: it may give our words another meaning. */
export function readStatus(word: string, statusMap: StatusMap): ShipmentStatus | null {
  if (Object.hasOwn(statusMap, word)) return statusMap[word] ?? null;
  const lower = word.toLowerCase();
  const mapped = Object.entries(statusMap).find(([own]) => own.toLowerCase() === lower);
  if (mapped) return mapped[1];
  return isShipmentStatus(lower) ? lower : null;
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
