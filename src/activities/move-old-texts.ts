import type { Queryable } from '../database/pool';
import type { Batch } from '../database/retention';
import { writeScanTexts } from '../database/scan-texts';
import {
  emptyOldScans,
  emptyOldUpdates,
  selectOldScans,
  selectOldUpdates,
  type OldScan,
} from '../database/text-retention';
import { hideWord, splitTexts } from '../deliveries/split-texts';
import { isWordDigest } from '../deliveries/word-digest';
import { maskText } from '../shipment/masking/mask-text';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';

/**
 * Moves the texts of the next scans of earlier releases, which kept them in their rows, to where texts are now, masked
 * as texts are now; those of scans older than `days` are deleted.
 */
export async function moveScanTexts(db: Queryable, days: number): Promise<Batch> {
  const { rows, done, more } = await selectOldScans(db);
  if (done === undefined) return { more };
  const moved = rows.map((scan) => ({ scan, word: hiddenWord(scan) }));
  const texts = moved.map(({ scan: { place, ...scan }, word }) => ({
    ...scan,
    text: maskText(scan.text, scan.trackingNo),
    ...(place !== null && { place: maskText(place, scan.trackingNo) }),
    ...(word && { word: word.shown }),
  }));
  await writeScanTexts(db, texts, days);
  await emptyOldScans(
    db,
    moved.map(({ scan: { id, rawStatus }, word }) => ({ id, rawStatus: word?.travels ?? rawStatus })),
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

/** The first releases noted of no word whether a table lists it: one that says nothing may be anything. */
const mayBeAnything = ({ status, rawStatus }: Pick<OldScan, 'status' | 'rawStatus'>): boolean =>
  status === null && rawStatus !== '' && !isWordDigest(rawStatus);

const hiddenWord = (scan: OldScan): ReturnType<typeof hideWord> | undefined =>
  mayBeAnything(scan) ? hideWord(scan.rawStatus, scan.trackingNo) : undefined;

function withoutTexts(update: ShipmentUpdate): ShipmentUpdate {
  const events = update.events.map((event): ShipmentEvent => ({
    ...event,
    ...(mayBeAnything(event) && { unlisted: true }),
  }));
  return splitTexts({ ...update, events }).update;
}
