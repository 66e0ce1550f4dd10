import type { ScanText } from '../shipment/scan-text';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';
import { isWordDigest, wordDigest } from './word-digest';

/** An update in two parts: what travels through Temporal, and what is said in words. */
export interface SplitUpdate {
  readonly update: ShipmentUpdate;
  readonly texts: readonly ScanText[];
}

/**
 * Takes from an update what may tell of a person. Keys, statuses, words of published tables and times are left; the
 * state of the waybill goes too, since nothing but the workflow id needs it. What is split already stays as it is.
 */
export function splitTexts({ state: _, events, ...rest }: ShipmentUpdate): SplitUpdate {
  const scans = events.map(splitScan);
  return {
    update: { ...rest, events: scans.map(({ event }) => event) },
    texts: scans.flatMap(({ said }) => said ?? []),
  };
}

function splitScan({ unlisted, place, text, ...event }: ShipmentEvent): {
  readonly event: ShipmentEvent;
  readonly said?: ScanText;
} {
  // What an earlier release has read does not say whether a table lists its word, only that it means nothing.
  const hidden =
    unlisted ?? (event.reading === 'unknown' && !isWordDigest(event.rawStatus) ? event.rawStatus : undefined);
  const { key, time, rawStatus } = event;
  const said: ScanText = {
    ...{ key, time, text },
    ...(place !== undefined && { place }),
    ...(hidden !== undefined && { word: rawStatus }),
  };
  return {
    // Empty and not absent: workers of the release before write it into a column that must not be null.
    event: { ...event, ...(hidden !== undefined && { rawStatus: wordDigest(hidden) }), text: '' },
    ...(says(said) && { said }),
  };
}

/** Whether there is anything to keep. */
const says = ({ text, place, word }: ScanText): boolean =>
  text !== '' || place !== undefined || word !== undefined;
