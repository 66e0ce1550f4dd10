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

  test('tells of two parcels of one order as always while no index of the shop finds them', async () => {
    const [one, other] = [await lab.parcel(), await lab.parcel()];
    await query(`update platform_express_waybills set order_id = $2 where tracking_no = $1`, [
      other.trackingNo,
      one.orderId,
    ]);
    await lab.withWorker(async () => (await lab.start(one, 'in_transit', 1)).result());
    const [told] = await query(
      `select body from express_notifications where order_id = $1 and aud = 'user'`,
      [one.orderId],
    );
    expect(told).toEqual({ body: `包裹正在运往目的地（尾号${one.trackingNo.slice(-4)}）` });
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

describe('one order in several parcels', () => {
  const lab = useLab();
  const bodiesOf = async ({ trackingNo }: Parcel): Promise<(string | null)[]> => {
    const { rows } = await lab.db.pool.query<{ body: string | null }>(
      `select n.body from express_notifications n join waybell.express_updates u on u.workflow_id = n.workflow_id
        where n.tracking_no = $1 and n.aud = 'user' order by u.seq`,
      [trackingNo],
    );
    return rows.map(({ body }) => body);
  };
  const ofOneOrder = async (count: number): Promise<Parcel[]> => {
    const parcels: Parcel[] = [];
    for (let n = 0; n < count; n += 1) parcels.push(await lab.parcel());
    const [first] = parcels;
    for (const { trackingNo } of parcels)
      await lab.db.pool.query(`update platform_express_waybills set order_id = $2 where tracking_no = $1`, [
        trackingNo,
        first?.orderId,
      ]);
    return parcels;
  };
  const tail = ({ trackingNo }: Parcel): string => `尾号${trackingNo.slice(-4)}）`;

  test('says which of how many, and once that all have arrived, also when two arrive at one moment', async () => {
    await lab.db.pool.query('create index on platform_express_waybills (order_id)');
    const [one, two, three] = (await ofOneOrder(3)) as [Parcel, Parcel, Parcel];
    await lab.withWorker(async () => {
      await (await lab.start(two, 'in_transit', 1)).result();
      await (await lab.start(three, 'delivered', 2)).result();
      const last = await Promise.all([lab.start(one, 'delivered', 3), lab.start(two, 'delivered', 3)]);
      await Promise.all(last.map((delivery) => delivery.result()));
    });
    expect(await bodiesOf(three)).toEqual([`包裹已送达，感谢您的惠顾（3件中的第3件，${tail(three)}`]);
    const [underWay, ...arrived] = await bodiesOf(two);
    expect(underWay).toBe(`包裹正在运往目的地（3件中的第2件，${tail(two)}`);
    const last = [...(await bodiesOf(one)), ...arrived];
    expect(last).toHaveLength(2);
    expect(last.filter((body) => body?.startsWith('3个包裹已全部送达（'))).toHaveLength(1);
  });
});
