import { describe, expect, test } from '@jest/globals';
import { startDelivery } from '../../src/deliveries/start';
import { deliveryWorkflowId, versionWorkflowId } from '../../src/deliveries/workflow-id';
import type { ShipmentUpdate } from '../../src/shipment/update';
import type { DeliveryInput, DeliveryResult } from '../../src/workflows/contract';
import { eventually, LIMITS, shipmentUpdate, useLab } from '../setup/delivery-lab';

describe('a delivery that Temporal has forgotten', () => {
  const lab = useLab();

  /** One scan that its sender names by an id, at an hour. */
  const saidAt = (trackingNo: string, hour: number, text = 'signed for'): ShipmentUpdate => {
    const update = shipmentUpdate(trackingNo, [['delivered', hour]]);
    return { ...update, events: update.events.map((event) => ({ ...event, key: 'id:e1', text })) };
  };
  const start = async (update: ShipmentUpdate, workflowId = deliveryWorkflowId(update)) => {
    const { client, taskQueue } = lab.temporal;
    const input: DeliveryInput = { update, limits: LIMITS };
    const { runId } = await startDelivery({ temporal: client, taskQueue }, input, workflowId);
    return client.workflow.getHandle<(input: DeliveryInput) => Promise<DeliveryResult>>(workflowId, runId);
  };
  /** One that PostgreSQL knows, and Temporal by its id no longer: to delete it there takes the server a minute. */
  const deliverAndForget = async (update: ShipmentUpdate): Promise<string> => {
    const workflowId = deliveryWorkflowId(update);
    const handle = await start(update, `${workflowId}-forgotten`);
    expect(await handle.result()).toMatchObject({ outcome: 'success' });
    for (const table of [
      'waybell.express_updates',
      'waybell.platform_express_events',
      'waybell.express_pushes',
      'express_notifications',
    ])
      await lab.db.pool.query(`update ${table} set workflow_id = $2 where workflow_id = $1`, [
        ...[handle.workflowId, workflowId],
      ]);
    return workflowId;
  };
  const verdictOf = async (workflowId: string): Promise<unknown> => {
    const { rows } = await lab.db.pool.query<{ verdict: string }>(
      `select verdict from waybell.express_updates where workflow_id = $1`,
      [workflowId],
    );
    return rows[0]?.verdict;
  };
  const scansOf = async (trackingNo: string): Promise<unknown[]> => {
    const { rows } = await lab.db.pool.query<{ scan: unknown }>(
      `select e.event_key as scan
         from waybell.platform_express_events e
         join platform_express_waybills b on b.id::text = e.waybill_id
        where b.tracking_no = $1 order by e.id`,
      [trackingNo],
    );
    return rows.map(({ scan }) => scan);
  };

  test('says nothing new when the same webhook comes again', async () => {
    const parcel = await lab.parcel();
    const update = saidAt(parcel.trackingNo, 1);
    await lab.withWorker(async () => {
      const workflowId = await deliverAndForget(update);
      const again = await start(update);
      expect(await again.result()).toMatchObject({ outcome: 'nothing-new' });
      expect(await verdictOf(versionWorkflowId(workflowId, update))).toBeUndefined();
    });
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
  });

  test('loses no scan that its sender corrects: another time under the same id', async () => {
    const parcel = await lab.parcel();
    const { trackingNo } = parcel;
    await lab.withWorker(async () => {
      const workflowId = await deliverAndForget(saidAt(trackingNo, 1));
      const corrected = saidAt(trackingNo, 2);
      expect(deliveryWorkflowId(corrected)).toBe(workflowId);
      const second = await start(corrected);
      expect(await second.result()).toMatchObject({ outcome: 'nothing-new' });
      await eventually(async () => (await verdictOf(versionWorkflowId(workflowId, corrected))) === 'stale');
      expect(await scansOf(trackingNo)).toHaveLength(2);
    });
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
  });

  test('tells what the corrected scan says when that is news', async () => {
    const parcel = await lab.parcel();
    const { trackingNo } = parcel;
    await lab.withWorker(async () => {
      const workflowId = await deliverAndForget(saidAt(trackingNo, 1));
      const back = await lab.start(parcel, 'out_for_delivery', 2);
      await back.result();
      const corrected = saidAt(trackingNo, 3);
      await start(corrected);
      const version = versionWorkflowId(workflowId, corrected);
      await eventually(async () => (await verdictOf(version)) === 'announce');
      expect(await lab.temporal.client.workflow.getHandle(version).result()).toMatchObject({
        outcome: 'success',
      });
    });
    // Delivered by mistake, on its way again, delivered.
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([3, 3]);
  });
});
