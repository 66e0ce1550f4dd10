import { describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { inTransaction } from '../../src/database/pool';
import { findDeliveryStories } from '../../src/database/stories';
import type { ShipmentStatus } from '../../src/shipment/status';
import { deviceRegisteredSignal, progressQuery } from '../../src/workflows/messages';
import { type DeliveryHandle, eventually, type Parcel, useLab } from '../setup/delivery-lab';
import { DATABASE_KINDS } from '../setup/run-info';

/** The seed's table takes a number once; another shop's may hold it in several rows. */
describe.each(DATABASE_KINDS)('a number that the shop corrects (%s database)', (kind) => {
  const lab = useLab(kind);
  const query = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await lab.db.pool.query(sql, values)).rows as Row[];
  const sweep = (): Promise<unknown> =>
    lab.temporal.client.workflow.execute('SweepWaits', {
      taskQueue: lab.temporal.taskQueue,
      workflowId: `sweep-${randomUUID()}`,
    });
  /** Its last look is over: one that comes after what it waits for was written finds what has come meanwhile. */
  const waits = (handle: DeliveryHandle): Promise<boolean> =>
    eventually(async () => (await handle.query(progressQuery)).waitsUntil !== null);
  const resultOf = async (handle: DeliveryHandle): Promise<[string, string]> => {
    const { outcome, reason } = await handle.result();
    return [outcome, reason];
  };
  const TOLD = ['success', 'by-audience'];
  const RENUMBERED = ['superseded', 'renumbered'];

  const another = (parcel: Parcel): Parcel => ({
    ...parcel,
    trackingNo: `YT${randomBytes(4).toString('hex').toUpperCase()}`,
  });
  /** As an operator does it by SQL; where numbers are unique, the row that Waybell has added goes first. */
  const correct = async ({ trackingNo }: Parcel, right: Parcel): Promise<void> => {
    if (kind === 'seed')
      await query(`delete from platform_express_waybills where tracking_no = $1 and order_id is null`, [
        right.trackingNo,
      ]);
    await query(`update platform_express_waybills set tracking_no = $2 where tracking_no = $1`, [
      trackingNo,
      right.trackingNo,
    ]);
  };
  const rowsOf = (parcel: Parcel): Promise<{ order_id: string | null; status: string | null }[]> =>
    query(`select order_id::text, status from platform_express_waybills where tracking_no = $1`, [
      parcel.trackingNo,
    ]);

  test('begins another parcel: its first word is told though the same was told last, and late scans of the other tell nobody', async () => {
    const wrong = await lab.parcel();
    const right = another(wrong);
    const phone = wrong.cids[0] ?? '';
    await lab.withWorker(async () => {
      expect(await resultOf(await lab.start(wrong, 'delivered', 1))).toEqual(TOLD);
      await correct(wrong, right);
      // Nothing was heard of the row since: it is looked at now, and the shop gets no row for what is late.
      expect(await resultOf(await lab.start(wrong, 'returning', 2))).toEqual(RENUMBERED);
      expect(await rowsOf(wrong)).toEqual([]);

      // The same word at the same moment, under the same key.
      expect(await resultOf(await lab.start(right, 'delivered', 1))).toEqual(TOLD);
      expect(await resultOf(await lab.start(wrong, 'returned', 3))).toEqual(RENUMBERED);
      expect(await resultOf(await lab.start(right, 'returning', 4))).toEqual(TOLD);
    });
    expect(lab.cloud.countFor(phone)).toBe(3);
    expect(await rowsOf(right)).toEqual([{ order_id: wrong.orderId, status: 'returning' }]);
    expect(
      await query(
        `select tracking_no, status from express_notifications
          where order_id::text = $1 and aud = 'user' order by message_id`,
        [wrong.orderId],
      ),
    ).toEqual([
      { tracking_no: wrong.trackingNo, status: 'delivered' },
      { tracking_no: right.trackingNo, status: 'delivered' },
      { tracking_no: right.trackingNo, status: 'returning' },
    ]);
    const [late] = await inTransaction(lab.db.pool, (db) =>
      findDeliveryStories(db, lab.deps.shopTables, wrong.trackingNo),
    );
    expect([late?.status, late?.reason]).toEqual(['returned', 'renumbered']);
  });

  test('ends what waits for the number before, and tells what came for the right one before', async () => {
    const wrong = await lab.parcel({ user: 0, merchant: 1 });
    const right = another(wrong);
    await lab.withWorker(async () => {
      const early = await lab.start(right, 'out_for_delivery', 1);
      const waiting = await lab.start(wrong, 'in_transit', 1);
      await Promise.all([waits(early), waits(waiting)]);
      await correct(wrong, right);
      const phone = await lab.registerDevice({ userId: wrong.userId });
      await sweep();
      // The merchant was told of it; the buyer is not any more.
      expect((await resultOf(waiting))[1]).toBe('renumbered');
      expect(await resultOf(early)).toEqual(TOLD);
      expect(lab.cloud.countFor(phone)).toBe(1);
    });
    expect(
      await query(
        `select tracking_no, aud, send_status, last_error from express_notifications
          where order_id::text = $1 and tracking_no = $2 order by aud`,
        [wrong.orderId, wrong.trackingNo],
      ),
    ).toMatchObject([
      { aud: 'merchant', send_status: 'success', last_error: null },
      { aud: 'user', send_status: 'superseded', last_error: 'renumbered' },
    ]);
    expect(await rowsOf(right)).toContainEqual({ order_id: wrong.orderId, status: 'out_for_delivery' });
    expect(await query(`select from waybell.express_waits`)).toEqual([]);
  });

  test('goes on rightly where two rows swap theirs, and nobody hears the news of the other', async () => {
    const [one, two] = [await lab.parcel({ user: 0 }), await lab.parcel({ user: 0 })];
    const messagesOf = ({ orderId }: Parcel): Promise<unknown[]> =>
      query(
        `select tracking_no, status, send_status, last_error from express_notifications
          where order_id::text = $1 and aud = 'user' order by created_at`,
        [orderId],
      );
    const phones = await lab.withWorker(async () => {
      const before = [await lab.start(one, 'out_for_delivery', 2), await lab.start(two, 'in_transit', 1)];
      await Promise.all(before.map(waits));
      const spare = another(one);
      await correct(one, spare);
      await correct(two, one);
      await correct(spare, two);
      await sweep();
      for (const handle of before) expect((await resultOf(handle))[1]).toBe('renumbered');
      await eventually(async () => (await messagesOf(one)).length + (await messagesOf(two)).length === 4);
      const phones = [
        await lab.registerDevice({ userId: one.userId }),
        await lab.registerDevice({ userId: two.userId }),
      ];
      await sweep();
      for (const phone of phones) await eventually(() => Promise.resolve(lab.cloud.countFor(phone) === 1));
      expect(await resultOf(await lab.start(one, 'delivered', 3))).toEqual(TOLD);
      return phones;
    });
    const renumbered = { send_status: 'superseded', last_error: 'renumbered' };
    const told = { send_status: 'success', last_error: null };
    expect(await messagesOf(one)).toEqual([
      { tracking_no: one.trackingNo, status: 'out_for_delivery', ...renumbered },
      { tracking_no: two.trackingNo, status: 'in_transit', ...told },
    ]);
    expect(await messagesOf(two)).toEqual([
      { tracking_no: two.trackingNo, status: 'in_transit', ...renumbered },
      { tracking_no: one.trackingNo, status: 'out_for_delivery', ...told },
      { tracking_no: one.trackingNo, status: 'delivered', ...told },
    ]);
    expect(phones.map((phone) => lab.cloud.countFor(phone))).toEqual([1, 2]);
  });

  test('is pushed to nobody from the moment of the correction on, and before a sweep', async () => {
    const wrong = await lab.parcel({ user: 0 });
    const right = another(wrong);
    await lab.withWorker(async () => {
      const waiting = await lab.start(wrong, 'in_transit', 1);
      await waits(waiting);
      await correct(wrong, right);
      const phone = await lab.registerDevice({ userId: wrong.userId });
      await waiting.signal(deviceRegisteredSignal);
      await eventually(async () => {
        const rows = await query<{ code: string }>(
          `select code from waybell.express_pushes where workflow_id = $1 and state = 'moved'`,
          [waiting.workflowId],
        );
        return rows.some(({ code }) => code === 'number_changed');
      });
      await sweep();
      expect((await resultOf(waiting))[1]).toBe('renumbered');
      expect(lab.cloud.countFor(phone)).toBe(0);
    });
  });

  test('is another parcel under another carrier, and none under another name of the same', async () => {
    const parcel = await lab.parcel();
    const phone = parcel.cids[0] ?? '';
    const isOf = (carrier: string): Promise<unknown> =>
      query(`update platform_express_waybills set carrier = $2 where tracking_no = $1`, [
        parcel.trackingNo,
        carrier,
      ]);
    const told = (
      carrier: string,
      hour: number,
      status: ShipmentStatus = 'out_for_delivery',
    ): Promise<DeliveryHandle> => {
      const key = `${status}-${hour}`;
      const time = `2026-02-06T0${hour}:00:00.000Z`;
      const event = { key, time, status, rawStatus: status, text: '' };
      const update = { source: 'own-system', carrier, trackingNo: parcel.trackingNo, events: [event] };
      return lab.start(parcel, status, hour, { update });
    };
    await lab.withWorker(async () => {
      expect(await resultOf(await told('yto', 1))).toEqual(TOLD);
      await isOf('圆通速递');
      expect((await resultOf(await told('yuantong', 2)))[0]).toBe('stale');
      await isOf('zto');
      expect(await resultOf(await told('zto', 3))).toEqual(TOLD);
      expect(await resultOf(await told('yto', 4, 'delivered'))).toEqual(RENUMBERED);
      // What it had before is a number of its own again.
      await isOf('yto');
      expect(await resultOf(await told('yto', 5))).toEqual(TOLD);
    });
    expect(lab.cloud.countFor(phone)).toBe(3);
    expect(await rowsOf(parcel)).toHaveLength(1);
  });
});
