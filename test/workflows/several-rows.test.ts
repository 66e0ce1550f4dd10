import { describe, expect, test } from '@jest/globals';
import { type Parcel, eventually, useLab } from '../setup/delivery-lab';

describe('one parcel with the goods of several orders', () => {
  const lab = useLab();
  const query = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await lab.db.pool.query(sql, values)).rows as Row[];
  /** Puts the goods of the second order into the parcel of the first. */
  const joins = ({ trackingNo }: Parcel, other: Parcel): Promise<unknown> =>
    query(`update platform_express_waybills set tracking_no = $2 where tracking_no = $1`, [
      other.trackingNo,
      trackingNo,
    ]);
  const statusesOf = async ({ trackingNo }: Parcel): Promise<(string | null)[]> =>
    (
      await query<{ status: string | null }>(
        `select status from platform_express_waybills where tracking_no = $1`,
        [trackingNo],
      )
    ).map(({ status }) => status);
  const messagesOf = ({ orderId }: Parcel): Promise<object[]> =>
    query(
      `select aud, send_status, last_error from express_notifications where order_id = $1 order by aud desc`,
      [orderId],
    );
  const closed = ({ trackingNo }: Parcel, count: number): Promise<boolean> =>
    eventually(async () => {
      const rows = await query<{ state: string }>(
        `select state from waybell.express_updates where workflow_id like '%/' || $1 || '/%'`,
        [trackingNo],
      );
      return rows.length === count && rows.every(({ state }) => state === 'closed');
    });

  test('tells the people of each, and writes the status into every row', async () => {
    const [one, other] = [await lab.parcel(), await lab.parcel()];
    await joins(one, other);
    await lab.withWorker(async () => {
      await lab.start(one, 'out_for_delivery', 1);
      await closed(one, 2);
      await lab.start(one, 'delivered', 2);
      await closed(one, 4);
    });
    for (const cid of [...one.cids, ...other.cids]) expect(lab.cloud.countFor(cid)).toBe(2);
    expect(await statusesOf(one)).toEqual(['delivered', 'delivered']);
  });

  test('pushes once to who is named by both, and keeps a message for each order', async () => {
    const [one, other] = [await lab.parcel(), await lab.parcel({ user: 0 })];
    await joins(one, other);
    await query(`update ml_orders set user_id = $2 where id = $1`, [other.orderId, one.userId]);
    await lab.withWorker(async () => {
      await lab.start(one, 'delivered', 1);
      await closed(one, 2);
    });
    for (const cid of [...one.cids, ...other.cids]) expect(lab.cloud.countFor(cid)).toBe(1);
    expect(await statusesOf(one)).toEqual(['delivered', 'delivered']);
    const told = [...(await messagesOf(one)), ...(await messagesOf(other))];
    const pushed = { aud: 'user', send_status: 'success', last_error: null };
    const ended = { aud: 'user', send_status: 'superseded', last_error: 'told-of-other-order' };
    expect(told).toHaveLength(4);
    expect(told).toEqual(expect.arrayContaining([pushed, ended]));
  });
});
