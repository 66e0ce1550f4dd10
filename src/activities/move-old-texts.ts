import type { Queryable } from '../database/pool';
import type { Batch } from '../database/retention';
import { BEFORE_ALL, writeScanTexts } from '../database/scan-texts';
import { emptyOldScans, emptyOldUpdates, selectOldScans, selectOldUpdates } from '../database/text-retention';
import { hideWord, splitTexts } from '../deliveries/split-texts';
import { isWordDigest } from '../deliveries/word-digest';
import { parcelOf } from '../deliveries/workflow-id';
import { maskText } from '../shipment/masking/mask-text';
import type { Reading, ShipmentEvent, ShipmentUpdate } from '../shipment/update';

/**
 * Moves the texts of the next scans of earlier releases, which kept them in their rows, to where texts are now, masked
 * as texts are now; those of scans older than `days` are deleted.
 */
export async function moveScanTexts(db: Queryable, days: number): Promise<Batch> {
  const { rows, done, more } = await selectOldScans(db);
  if (done === undefined) return { more };
  const moved = rows.map((scan) => {
    const trackingNo = parcelOf(scan.workflowId).trackingNo ?? '';
    return { scan, trackingNo, word: mayBeAnything(scan) ? hideWord(scan.rawStatus, trackingNo) : undefined };
  });
  const texts = moved.flatMap(({ scan: { key, time, text, place, source }, trackingNo, word }) => {
    // Nobody would find the text of a parcel without a number.
    if (trackingNo === '') return [];
    return {
      ...{ key, time, source, trackingNo, receivedAt: BEFORE_ALL },
      text: maskText(text, trackingNo),
      ...(place !== null && { place: maskText(place, trackingNo) }),
      ...(word && { word: word.shown }),
    };
  });
  await writeScanTexts(db, texts, days);
  await emptyOldScans(
    db,
    moved.map(({ scan: { id, rawStatus }, word }) => ({
      ...{ id, rawStatus: word?.travels ?? rawStatus, wordBefore: rawStatus },
    })),
    done,
  );
  return { more };
}

/** Takes the texts out of what the next updates of earlier releases were made of. Those of their scans stand elsewhere. */
export async function emptyUpdateTexts(db: Queryable): Promise<Batch> {
  const { rows, done, more } = await selectOldUpdates(db);
  if (done === undefined) return { more };
  const lean = rows.map(({ workflowId, update }) => ({ workflowId, update: withoutTexts(update) }));
  await emptyOldUpdates(db, lean, done);
  return { more };
}

/** Of a scan what tells whether its word may be anything; what is stored has `null` for what is not said. */
type SaidWord = Pick<ShipmentEvent, 'rawStatus' | 'text'> & {
  readonly status: string | null;
  readonly reading?: Reading | null;
  readonly place?: string | null;
};

/**
 * Of words that say nothing, that one which nobody could read, and any beside a text: the first releases noted of no
 * word whether a table lists it. Beside no text, it may be of this release, and listed.
 */
const mayBeAnything = ({ status, reading, rawStatus, text, place }: SaidWord): boolean =>
  status === null &&
  (reading === 'unknown' || ((reading ?? null) === null && (text !== '' || (place ?? null) !== null))) &&
  rawStatus !== '' &&
  !isWordDigest(rawStatus);

function withoutTexts(update: ShipmentUpdate): ShipmentUpdate {
  const events = update.events.map((event): ShipmentEvent => ({
    ...event,
    ...(mayBeAnything(event) && { unlisted: true }),
  }));
  return splitTexts({ ...update, events }).update;
}
