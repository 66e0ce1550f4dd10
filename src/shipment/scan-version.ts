import { maskText } from './masking/mask-text';
import type { ShipmentEvent } from './update';

/** What is stored of a scan that its sender names by an id. */
export interface StoredScan {
  readonly key: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly time: string;
  readonly rawStatus: string;
  readonly text: string;
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
 */
export function keyOfVersion(
  { key, time, status, rawStatus }: Pick<ShipmentEvent, 'key' | 'time' | 'status' | 'rawStatus'>,
  stored: StoredScan | undefined,
): string {
  if (stored === undefined) return key;
  const isSame = stored.time === time && (status !== null || stored.rawStatus === rawStatus);
  return isSame ? key : `${key}@${time}`;
}

/**
 * The scan in the words in which it is stored, where they are the same but for the masking: an earlier release masked
 * less, and that is no correction of the scan by its sender.
 */
export function inStoredWords(
  event: ShipmentEvent,
  stored: StoredScan | undefined,
  trackingNo: string,
): ShipmentEvent {
  if (stored === undefined) return event;
  const storedOr = (now: string, before: string): string =>
    before !== now && maskText(before, trackingNo) === now ? before : now;
  return {
    ...event,
    text: storedOr(event.text, stored.text),
    rawStatus: storedOr(event.rawStatus, stored.rawStatus),
  };
}
