import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { openPool } from '../../src/database/pool';
import { eventually, openDeliveryLab, type DeliveryLab } from '../setup/delivery-lab';
import { parcelOfMany } from '../setup/many-phones';
import { startTcpProxy, type TcpProxy } from '../setup/tcp-proxy';

const PHONES = 10;
/** Longer than an attempt of a push; milliseconds. */
const SILENCE_MS = 12_000;

let lab: DeliveryLab;
let proxy: TcpProxy;
let pool: pg.Pool;
beforeAll(async () => {
  lab = await openDeliveryLab();
  const url = new URL(lab.db.url);
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  pool = openPool(url.href, () => undefined);
});
afterAll(async () => {
  await pool.end();
  await proxy.close();
  await lab.close();
});
beforeEach(() => void lab.cloud.requests.splice(0));

/** The database stands still after every request has left, and before any answer is written. */
test.each(['open', 'all'] as const)(
  'a database that stands still in the middle of a push makes nobody ring twice (%s connections silent)',
  async (which) => {
    const parcel = await parcelOfMany(lab, PHONES - 1);
    const answer = lab.cloud.hold();
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        await eventually(() => Promise.resolve(lab.cloud.requests.length === PHONES));
        proxy.silence(which);
        answer();
        await sleep(SILENCE_MS);
        proxy.mend();
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
      },
      undefined,
      { pool },
    );
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual(Array(PHONES).fill(1));
    const { rows } = await lab.db.pool.query(
      `select state, count(*)::int from waybell.express_pushes where cid = any ($1) group by 1`,
      [parcel.cids],
    );
    expect(rows).toEqual([{ state: 'accepted', count: PHONES }]);
  },
);
