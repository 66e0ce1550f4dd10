import { maskText } from '../shipment/masking/mask-text';
import type { ScanText, ShipmentEvent, ShipmentUpdate } from '../shipment/update';
import { isWordDigest, wordDigest } from './word-digest';

/** An update in two parts: what travels through Temporal, and what is said in words. */
export interface SplitUpdate {
  readonly update: ShipmentUpdate;
  readonly texts: readonly ScanText[];
}

/**
 * Takes from an update what may tell of a person. Keys, statuses, words of published tables and times are left, each
 * named here: what is added to what a source says does not travel by that. The state of the waybill goes too, since
 * nothing but the workflow id needs it. What is split already stays as it is.
 */
export function splitTexts(update: ShipmentUpdate): SplitUpdate {
  const { source, carrier, trackingNo, formerCarrier, toldBefore } = update;
  const scans = update.events.map((event) => splitScan(event, trackingNo));
  return {
    update: {
      ...{ source, carrier, trackingNo },
      events: scans.map(({ event }) => event),
      ...(formerCarrier !== undefined && { formerCarrier }),
      ...(toldBefore !== undefined && { toldBefore }),
    },
    texts: scans.flatMap(({ said }) => (says(said) ? [said] : [])),
  };
}

/** A word that no table lists: as it travels, and as people are shown it. */
export interface HiddenWord {
  readonly travels: string;
  readonly shown: string;
}

/**
 * Hides a word. The digest is of the word as it is masked, or a name could be searched back from it; an earlier
 * release may have masked less. Should masks ever find more in a word, its scan is one more that says nothing.
 */
export function hideWord(word: string, trackingNo: string): HiddenWord {
  const shown = maskText(word, trackingNo);
  return { travels: wordDigest(shown), shown };
}

function splitScan(
  { key, time, status, rawStatus, reading, unlisted, text, place }: ShipmentEvent,
  trackingNo: string,
): { readonly event: ShipmentEvent; readonly said: ScanText } {
  // What an earlier release has read does not say whether a table lists its word, only that nobody could read it.
  const isHidden = unlisted ?? (reading === 'unknown' && !isWordDigest(rawStatus));
  const word = isHidden ? hideWord(rawStatus, trackingNo) : undefined;
  return {
    event: {
      ...{ key, time, status },
      rawStatus: word?.travels ?? rawStatus,
      ...(reading && { reading }),
      // Empty and not absent: workers of the release before write it into a column that must not be null.
      text: '',
    },
    said: {
      ...{ key, time, text },
      ...(place !== undefined && { place }),
      ...(word && { word: word.shown }),
    },
  };
}

/** Whether there is anything to keep. */
const says = ({ text, place, word }: ScanText): boolean =>
  text !== '' || place !== undefined || word !== undefined;
