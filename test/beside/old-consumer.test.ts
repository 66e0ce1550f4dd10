import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDeliveryLab, type DeliveryLab } from '../setup/delivery-lab';

const POLL_INTERVAL_MS = 20;

/** The old push server's loop: takes what nobody has sent, pushes to every device, writes how it ended. */
async function runOldConsumer(lab: DeliveryLab, signal: AbortSignal): Promise<number> {
  let rounds = 0;
  while (!signal.aborted) {
    const { rows } = await lab.db.pool.query<{
      id: string;
      aud: string;
      recipient_id: string;
      title: string;
    }>(
      `select id, aud, recipient_id, title from express_notifications
        where send_status is null or send_status = 'pending' order by created_at limit 20`,
    );
    for (const row of rows) {
      const owner = row.aud === 'merchant' ? 'merchant_id' : 'user_id';
      const devices = await lab.db.pool.query<{ cid: string }>(
        `select cid from push_devices where ${owner} = $1 and is_active`,
        [row.recipient_id],
      );
      for (const { cid } of devices.rows) {
        await fetch(lab.cloud.url, {
          method: 'POST',
          body: JSON.stringify({ push_clientid: cid, title: row.title }),
        });
      }
      await lab.db.pool.query(`update express_notifications set send_status = 'success' where id = $1`, [
        row.id,
      ]);
    }
    rounds += 1;
    await sleep(POLL_INTERVAL_MS);
  }
  return rounds;
}

describe('beside the old consumer', () => {
  let lab: DeliveryLab;
  beforeAll(async () => {
    lab = await openDeliveryLab();
  });
  afterAll(() => lab.close());

  test('every device gets one push of each notification, and the old rows still go out through the old one', async () => {
    const parcels = await Promise.all(Array.from({ length: 10 }, () => lab.parcel({ user: 2, merchant: 1 })));
    const old = await lab.parcel({ user: 1, merchant: 0 });
    const stop = new AbortController();
    const consumer = runOldConsumer(lab, stop.signal);
    await lab.db.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id, title) values ('old-1', 'user', $1, '旧通知')`,
      [old.userId],
    );
    await lab.withWorker(async () => {
      const handles = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
      const results = await Promise.all(handles.map((handle) => handle.result()));
      expect(results.map(({ outcome }) => outcome)).toEqual(parcels.map(() => 'success'));
    });
    await sleep(10 * POLL_INTERVAL_MS);
    stop.abort();
    expect(await consumer).toBeGreaterThan(5);

    const cids = parcels.flatMap((parcel) => parcel.cids);
    expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual(cids.map(() => 1));
    expect(lab.cloud.countFor(old.cids[0] ?? '')).toBe(1);
  });
});
