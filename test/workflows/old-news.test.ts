import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_AGE_HOURS } from '../../src/shipment/news-age';
import { eventually, openDeliveryLab, type DeliveryLab, type DeliveryHandle } from '../setup/delivery-lab';

/** What shops have without a setting; the scans of the lab are of February 2026. */
const USUAL_AGE = { newsAge: { zone: 'Asia/Shanghai', maxAgeHours: MAX_AGE_HOURS } };

let lab: DeliveryLab;
beforeAll(async () => {
  lab = await openDeliveryLab();
});
afterAll(() => lab.close());

const rowOf = async (
  { workflowId }: DeliveryHandle,
  condition: (row: Record<string, unknown>) => boolean = () => true,
): Promise<Record<string, unknown>> =>
  eventually(async () => {
    const { rows } = await lab.db.pool.query<Record<string, unknown>>(
      `select verdict, state, outcome, reason, tell_until from waybell.express_updates where workflow_id = $1`,
      [workflowId],
    );
    return rows[0] && condition(rows[0]) && rows[0];
  });

const age = (handle: DeliveryHandle): Promise<unknown> =>
  lab.db.pool.query(
    `update waybell.express_updates set tell_until = now() - interval '1 second' where workflow_id = $1`,
    [handle.workflowId],
  );
const sent = (cids: readonly string[]): number => cids.reduce((sum, cid) => sum + lab.cloud.countFor(cid), 0);

describe('news that is too old', () => {
  test('is told to nobody, is the status of the waybill all the same, and is told when a person insists', async () => {
    await lab.withWorker(
      async () => {
        const parcel = await lab.parcel();
        const handle = await lab.start(parcel, 'delivered', 1);
        expect(await handle.result()).toMatchObject({ outcome: 'superseded', reason: 'too-old' });
        expect(await rowOf(handle)).toMatchObject({
          verdict: 'announce',
          state: 'closed',
          reason: 'too-old',
        });
        expect(sent(parcel.cids)).toBe(0);
        const { rows } = await lab.db.pool.query(
          `select status from platform_express_waybills where tracking_no = $1`,
          [parcel.trackingNo],
        );
        expect(rows).toEqual([{ status: 'delivered' }]);

        const { retry } = lab.deps.deliveries;
        const refused = await retry(handle.workflowId, { operator: 'ann' }, 'one');
        expect(refused).toMatchObject({ kind: 'refused', code: 'nothing-to-retry' });
        expect(refused.words.en).toMatch(/too old to be told since 2026-02-13T.*force/);
        const forced = await retry(handle.workflowId, { operator: 'ann', force: true }, 'two');
        expect(forced).toMatchObject({ kind: 'restarted' });
        expect(await rowOf(handle, ({ outcome }) => outcome === 'success')).toMatchObject({
          state: 'closed',
        });
        expect(sent(parcel.cids)).toBe(2);
      },
      undefined,
      USUAL_AGE,
    );
  });

  test('is not pushed to a phone that turns up too late', async () => {
    await lab.withWorker(async () => {
      const parcel = await lab.parcel({ user: 0, merchant: 0 });
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(
        async () => (await handle.query<{ audiences: unknown[] }>('progress')).audiences.length,
      );
      await age(handle);
      const cid = await lab.registerDevice({ userId: parcel.userId });
      await handle.signal('deviceRegistered');
      expect(await handle.result()).toMatchObject({ reason: expect.stringMatching(/too[- ]old/) });
      expect(sent([cid])).toBe(0);
      const { rows } = await lab.db.pool.query(
        `select state, code from waybell.express_pushes where workflow_id = $1`,
        [handle.workflowId],
      );
      expect(rows).toEqual([{ state: 'superseded', code: 'too_old' }]);
    });
  });

  test('is told because a person insisted while it had no order, also by a later run of the same delivery', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 }, false);
    const { client } = lab.temporal;
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const latest = client.workflow.getHandle(handle.workflowId);
      await eventually(
        async () =>
          (
            await lab.db.pool.query(`select from waybell.express_waits where workflow_id = $1`, [
              handle.workflowId,
            ])
          ).rowCount === 1,
      );
      await latest.signal('retry', { operator: 'ann', force: true });
      await eventually(async () => {
        await Promise.all(Array.from({ length: 10 }, () => latest.signal('orderLinked')));
        return (await latest.describe()).runId !== handle.firstExecutionRunId;
      });
      await age(handle);
      await lab.linkOrder(parcel);
      await latest.signal('orderLinked');
      expect(await latest.result()).toMatchObject({ outcome: 'success' });
    });
    expect(sent(parcel.cids)).toBe(2);
  });

  test('is waited for by who insists, for as long as any other', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 }, false);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const deadline = async (): Promise<number | undefined> => {
        const { rows } = await lab.db.pool.query<{ deadline: Date }>(
          `select deadline from waybell.express_waits where workflow_id = $1`,
          [handle.workflowId],
        );
        return rows[0]?.deadline.getTime();
      };
      await eventually(deadline);
      // As one whose news is too old in a minute.
      await lab.db.pool.query(
        `update waybell.express_waits set deadline = now() + interval '1 minute' where workflow_id = $1`,
        [handle.workflowId],
      );
      await handle.signal('retry', { operator: 'ann', force: true });
      await eventually(async () => ((await deadline()) ?? 0) > Date.now() + 3_600_000);
      await lab.terminate(handle.workflowId);
    });
  });

  test('is not waited for: the wait for an order ends with its day', async () => {
    const parcel = await lab.parcel({}, false);
    // Scanned so that its three seconds begin now.
    const hours = (Date.now() + 3_000 - Date.UTC(2026, 1, 6, 3)) / 3_600_000;
    const newsAge = { zone: 'Asia/Shanghai', maxAgeHours: { delivered: hours } };
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        expect(await handle.result()).toMatchObject({ outcome: 'no-targets', reason: 'too-old' });
      },
      undefined,
      { newsAge },
    );
  });
});
