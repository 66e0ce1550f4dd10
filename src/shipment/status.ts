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

/** Longest word for a status; characters. */
export const MAX_WORD = 64;

/** What a word means; `null`: it says nothing about the parcel. */
export type Meaning = ShipmentStatus | null;

/** What words mean to the shop: `word`, or `source/word` for one source only. */
export type StatusMap = Readonly<Record<string, Meaning>>;

/** The name of a word that means something at one source only. */
export function wordAt(source: string, word: string): string {
  return `${source}/${word}`;
}

/** What the shop says of the words of one source alone, by the words. */
export function wordsAt(source: string, statusMap: StatusMap): StatusMap {
  const prefix = wordAt(source, '');
  const own = Object.entries(statusMap).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, meaning]) => [name.slice(prefix.length), meaning]));
}

/** What the shop says of a word; `undefined`: nothing. Case counts only where two words differ by nothing else. */
export function meaningToShop(word: string, statusMap: StatusMap): Meaning | undefined {
  if (Object.hasOwn(statusMap, word)) return statusMap[word];
  const lower = word.toLowerCase();
  return Object.entries(statusMap).find(([own]) => own.toLowerCase() === lower)?.[1];
}

/** Reads a word that stands for a status. The shop's own map goes first: it may give our words another meaning. */
export function readStatus(word: string, statusMap: StatusMap): Meaning {
  const meaning = meaningToShop(word, statusMap);
  if (meaning !== undefined) return meaning;
  const lower = word.toLowerCase();
  return isShipmentStatus(lower) ? lower : null;
}
