import { describe, expect, test } from '@jest/globals';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../src/activities';
import { openPool } from '../../src/database/pool';
import { createWorkers } from '../../src/process/worker';
import { useLab } from '../setup/delivery-lab';
import { runInfo } from '../setup/run-info';

const PARCELS = 10;

describe('two Waybells at once on the same database and queue', () => {
  const lab = useLab('seed');

  /** As another process has it: connections of its own to Temporal and to the database. */
  async function withSecond(work: () => Promise<void>): Promise<void> {
    const { namespace, taskQueue, workflowBundle } = lab.temporal;
    const connection = await NativeConnection.connect({ address: runInfo().temporalAddress });
    const pool = openPool(lab.db.url, () => undefined);
    const workers = await createWorkers({
      connection,
      namespace,
      taskQueue,
      workflowBundle: workflowBundle.codePath,
      activities: createActivities({ ...lab.deps, pool }),
      providers: [...lab.deps.providers.keys()],
      rates: {},
    });
    const running = workers.run();
    try {
      await work();
    } finally {
      workers.shutdown();
      await running;
      await Promise.all([connection.close(), pool.end()]);
    }
  }

  test('deliver everything once', async () => {
    const parcels = await Promise.all(
      Array.from({ length: PARCELS }, () => lab.parcel({ user: 2, merchant: 1 })),
    );
    await lab.withWorker(() =>
      withSecond(async () => {
        const handles = await Promise.all(parcels.map((parcel) => lab.start(parcel, 'delivered', 1)));
        const results = await Promise.all(handles.map((handle) => handle.result()));
        expect(results.map(({ outcome }) => outcome)).toEqual(parcels.map(() => 'success'));
      }),
    );
    const cids = parcels.flatMap((parcel) => parcel.cids);
    expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual(cids.map(() => 1));
    const { rows } = await lab.db.pool.query(
      `select count(*)::int as notifications from express_notifications where tracking_no = any ($1)`,
      [parcels.map(({ trackingNo }) => trackingNo)],
    );
    expect(rows).toEqual([{ notifications: 2 * PARCELS }]);
  });
});
