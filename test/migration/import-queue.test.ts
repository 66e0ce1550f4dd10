import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  importQueue,
  type ImportParts,
  type ImportTally,
  type QueueRefusal,
} from '../../src/intake/import-queue';
import { startDelivery } from '../../src/deliveries/start';
import { LIMITS, openDeliveryLab, type DeliveryLab, type Parcel } from '../setup/delivery-lab';
import { openOldSystem, type OldSystem } from '../setup/old-system';

const COLUMNS = { waybillId: 'waybill_id', status: 'event_status', text: 'event_text', time: 'created_at' };
const OPEN = `select id::text, event_status from notify_queue where processed_at is null order by created_at`;

describe('the open rows of the old queue', () => {
  let lab: DeliveryLab;
  let old: OldSystem;
  /** Deliveries that were started, to wait for. */
  let started: string[];

  beforeEach(async () => {
    lab = await openDeliveryLab('seed');
    old = openOldSystem(lab.db.url, 'service_role');
    started = [];
  });
  afterEach(async () => {
    await old.close();
    await lab.close();
  });

  const start: ImportParts['start'] = async ({ workflowId, update }) => {
    const { client, taskQueue } = lab.temporal;
    const run = await startDelivery({ temporal: client, taskQueue }, { update, limits: LIMITS }, workflowId);
    if (run.runId !== undefined) started.push(run.workflowId);
    return run;
  };

  async function run(parts: Partial<ImportParts> = { start }): Promise<ImportTally> {
    let last: ImportTally = { rows: 0, deliveries: 0, started: 0, known: 0, refused: [] };
    const refused: QueueRefusal[] = [];
    const { pool } = lab.db;
    const rules = { statusMap: {} };
    const { shopTables, retention } = lab.deps;
    const textDays = retention.texts;
    for await (last of importQueue({ pool, shopTables, columns: COLUMNS, rules, textDays, ...parts })) {
      refused.push(...last.refused);
    }
    return { ...last, refused };
  }

  /** As docs/migrating.md has it: Waybell must not feed the queue that it empties. */
  const stopFeeding = (): Promise<unknown> =>
    lab.db.pool.query(
      'alter table platform_express_waybills disable trigger trg_enqueue_express_notification',
    );
  const outcomes = (): Promise<string[]> =>
    Promise.all(
      started.map(async (id) => {
        const { outcome } = (await lab.temporal.client.workflow.getHandle(id).result()) as {
          outcome: string;
        };
        return outcome;
      }),
    );
  const pushes = ({ cids }: Parcel & { cids: string[] }): number[] =>
    cids.map((cid) => lab.cloud.countFor(cid));
  const open = async (): Promise<{ id: string; event_status: string }[]> =>
    (await lab.db.pool.query<{ id: string; event_status: string }>(OPEN)).rows;

  test('are told once by Waybell, the newest status of each parcel, and the old worker finds nothing left', async () => {
    const fresh = await lab.parcel();
    const moved = await lab.parcel();
    const told = await lab.parcel();
    for (const parcel of [moved, told]) await old.receiveWebhook(parcel.trackingNo, 'in_transit', '运输中');
    await old.runNotifyWorker();
    await old.runConsumer(lab.cloud.url);

    await old.receiveWebhook(fresh.trackingNo, 'picked_up', '已揽收');
    for (const status of ['out_for_delivery', 'delivered']) {
      await old.receiveWebhook(moved.trackingNo, status, '派送');
    }
    // A word that says no more than what people know.
    await old.receiveWebhook(told.trackingNo, 'picked_up', '已揽收');
    await stopFeeding();

    await lab.withWorker(async () => {
      expect(await run()).toEqual({ rows: 4, deliveries: 3, started: 3, known: 0, refused: [] });
      expect((await outcomes()).sort()).toEqual(['stale', 'success', 'success']);
    });
    expect(await old.runNotifyWorker()).toEqual([]);
    expect(await old.runConsumer(lab.cloud.url)).toBe(0);
    expect(pushes(fresh)).toEqual([1, 1]);
    expect(pushes(moved)).toEqual([2, 2]);
    expect(pushes(told)).toEqual([1, 1]);
    const { rows } = await lab.db.pool.query(
      `select status, count(*)::int as count from express_notifications where workflow_id = any ($1)
        group by status order by status`,
      [started],
    );
    expect(rows).toEqual([
      { status: 'delivered', count: 2 },
      { status: 'picked_up', count: 2 },
    ]);
  });

  test('are not told a second time by a second import, nor by the next webhook that says the same', async () => {
    const parcel = await lab.parcel();
    await old.receiveWebhook(parcel.trackingNo, 'delivered', '已签收');
    await stopFeeding();
    await lab.withWorker(async () => {
      expect(await run()).toMatchObject({ started: 1 });
      expect(await run()).toEqual({ rows: 0, deliveries: 0, started: 0, known: 0, refused: [] });
      await outcomes();
      const again = await lab.start(parcel, 'delivered', 1);
      expect(await again.result()).toMatchObject({ outcome: 'stale' });
    });
    expect(pushes(parcel)).toEqual([1, 1]);
  });

  test('are all delivered when an import breaks off in the middle and runs again', async () => {
    const parcels = await Promise.all([lab.parcel(), lab.parcel(), lab.parcel()]);
    for (const { trackingNo } of parcels) await old.receiveWebhook(trackingNo, 'delivered', '已签收');
    await stopFeeding();
    let calls = 0;
    const breaking: ImportParts['start'] = async (update) => {
      calls += 1;
      if (calls === 2) throw new Error('Temporal went away');
      return start(update);
    };
    await expect(run({ start: breaking })).rejects.toThrow('Temporal went away');
    expect(await old.runNotifyWorker()).toEqual([]);
    await lab.withWorker(async () => {
      expect(await run()).toMatchObject({ rows: 0, started: 1, known: 2 });
      expect(await outcomes()).toEqual(['success', 'success', 'success']);
    });
    expect(parcels.flatMap(pushes)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('are only counted by a dry run', async () => {
    const { trackingNo } = await lab.parcel();
    await old.receiveWebhook(trackingNo, 'delivered', '已签收');
    const before = await lab.db.pool.query('select * from notify_queue order by id');
    expect(await run({})).toEqual({ rows: 1, deliveries: 1, started: 0, known: 0, refused: [] });
    expect((await lab.db.pool.query('select * from notify_queue order by id')).rows).toEqual(before.rows);
    expect((await lab.db.pool.query('select from waybell.queue_imports')).rowCount).toBe(0);
  });

  test('that cannot be told are named and stay as they are, for the old system or a person', async () => {
    const unknown = await lab.parcel();
    const written = await lab.parcel();
    const unnamed = await lab.parcel();
    await old.receiveWebhook(unknown.trackingNo, 'somewhere', '在某处');
    await old.receiveWebhook(written.trackingNo, 'delivered', '已签收');
    await old.receiveWebhook(unnamed.trackingNo, 'delivered', '已签收');
    await lab.db.pool.query('update platform_express_waybills set carrier = null where tracking_no = $1', [
      unnamed.trackingNo,
    ]);
    const rows = await open();
    // The old worker was killed between writing the notification and ending the row.
    await lab.db.pool.query(
      `insert into express_notifications (message_id, queue_id, aud, recipient_id) values ('evt-9', $1, 'user', $2)`,
      [rows[1]?.id, written.userId],
    );
    const { refused, ...counts } = await run();
    expect(counts).toEqual({ rows: 3, deliveries: 0, started: 0, known: 0 });
    const reasons = rows.map(({ id }) => refused.find((each) => each.id === id)?.reason);
    expect(reasons).toEqual([
      'its status "somewhere" is not known: STATUS_MAP says what it means',
      'the old worker wrote its notification already: the old consumer sends it',
      expect.stringMatching(/^waybill .* names no carrier: --carrier says which$/),
    ]);
    expect(await open()).toEqual(rows);

    const rules = { statusMap: { somewhere: 'in_transit' as const }, carrier: 'yto' };
    expect(await run({ start, rules })).toMatchObject({ rows: 3, started: 2 });
    expect(await open()).toEqual([rows[1]]);
  });
});
