import * as texts from '../../../src/database/scan-texts';
import * as textRetention from '../../../src/database/text-retention';
import type { Queryable } from '../../../src/database/pool';
import type { ShipmentUpdate } from '../../../src/shipment/update';

/** All that is asked about what the scans of a delivery say in words. */
export async function askAboutTexts(
  db: Queryable,
  workflowId: string,
  update: ShipmentUpdate,
): Promise<void> {
  const { source, trackingNo, events } = update;
  const said = { source, trackingNo, receivedAt: new Date() };
  await texts.writeScanTexts(
    db,
    events.map(({ key, time }) => ({ ...said, key, time, text: 'another' })),
    3650,
  );
  await texts.fillEventTexts(db, [workflowId]);
  await textRetention.deleteTextsOf(db, [trackingNo]);
}

/** Needs the row of what is kept how long. */
export async function moveOldTexts(db: Queryable, workflowId: string, update: ShipmentUpdate): Promise<void> {
  await textRetention.selectOldScans(db);
  await textRetention.emptyOldScans(db, [{ id: '1', rawStatus: 'x', wordBefore: 'x' }], '1');
  await textRetention.selectOldUpdates(db);
  const done = { closedAt: '2020-01-01', workflowId };
  await textRetention.emptyOldUpdates(db, [{ workflowId, update }], done);
  await textRetention.deleteOldTexts(db, 364);
}
