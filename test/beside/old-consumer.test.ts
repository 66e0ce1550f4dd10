import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { useLab } from '../setup/delivery-lab';
import { openOldSystem } from '../setup/old-system';
import { DATABASE_KINDS } from '../setup/run-info';

/** Several rounds of the old consumer. */
const A_WHILE_MS = 200;

describe.each(DATABASE_KINDS)('beside the old consumer (%s database)', (database) => {
  const lab = useLab(database);

  test('every device gets one push of each notification, and the old rows still go out through the old one', async () => {
    const parcels = await Promise.all(Array.from({ length: 10 }, () => lab.parcel({ user: 2, merchant: 1 })));
    const old = await lab.parcel({ user: 1, merchant: 0 });
    const stop = new AbortController();
    const oldSystem = openOldSystem(lab.db.url, database === 'seed' ? 'service_role' : undefined);
    const consumer = oldSystem.keepConsuming(lab.cloud.url, stop.signal);
    await lab.db.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id, title) values ('old-1', 'user', $1, '旧通知')`,
      [old.userId],
    );
    await lab.withWorker(async () => {
      const handles = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
      const results = await Promise.all(handles.map((handle) => handle.result()));
      expect(results.map(({ outcome }) => outcome)).toEqual(parcels.map(() => 'success'));
    });
    await sleep(A_WHILE_MS);
    stop.abort();
    expect(await consumer).toBeGreaterThan(5);
    await oldSystem.close();

    const cids = parcels.flatMap((parcel) => parcel.cids);
    expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual(cids.map(() => 1));
    expect(lab.cloud.countFor(old.cids[0] ?? '')).toBe(1);
  });
});
