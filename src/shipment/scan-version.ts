import type { ShipmentEvent } from './update';

/** What is stored of a scan that its sender names by an id. */
export interface StoredScan {
  readonly key: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly time: string;
  readonly rawStatus: string;
}

/** Whether the identity of a scan is an id that its sender gave, and not what the scan says. */
export function isNamed(key: string): boolean {
  return key.startsWith('id:');
}

/**
 * The key of a scan whose sender may have used its id before. At the time of the scan that has the id, it is a new
 * version of that: it takes its place. At another time it is another scan, as of a sender that gives its order number
 * as the id of all; so is one in a word that we do not know, which would take the place of one that we do.
 * @param stored what has that id
 * @param isSameWord whether a word is the one that is stored, however each is spelled
 */
export function keyOfVersion(
  { key, time, status, rawStatus }: Pick<ShipmentEvent, 'key' | 'time' | 'status' | 'rawStatus'>,
  stored: StoredScan | undefined,
  isSameWord: (word: string, stored: string) => boolean,
): string {
  if (stored === undefined) return key;
  const isSame = stored.time === time && (status !== null || isSameWord(rawStatus, stored.rawStatus));
  return isSame ? key : `${key}@${time}`;
}
