/** The canonical statuses of a shipment. Which may follow which: `may-follow.ts`. */
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
