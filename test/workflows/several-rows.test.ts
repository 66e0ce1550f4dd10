import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import { progressQuery } from '../../src/workflows/messages';
import {
  type DeliveryHandle,
  type DeliveryLab,
  eventually,
  type Parcel,
  useLab,
} from '../setup/delivery-lab';
import { DATABASE_KINDS } from '../setup/run-info';

const sweep = ({ temporal }: DeliveryLab): Promise<unknown> =>
  temporal.client.workflow.execute('SweepWaits', {
    taskQueue: temporal.taskQueue,
    workflowId: `sweep-${randomUUID()}`,
  });
/** Its last look is over. */
const waits = (handle: Pick<DeliveryHandle, 'query'>): Promise<boolean> =>
  eventually(async () => (await handle.query(progressQuery)).waitsUntil !== null);

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

/** The seed's table takes a number once; this shop has done away with that. */
describe.each(DATABASE_KINDS)('a row that comes when its parcel was told of (%s database)', (kind) => {
  const lab = useLab(kind);
  const query = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await lab.db.pool.query(sql, values)).rows as Row[];
  beforeAll(async () => {
    if (kind === 'embedded') return;
    await query(
      `alter table platform_express_waybills drop constraint platform_express_waybills_tracking_no_key`,
    );
    await query(`create index on platform_express_waybills (tracking_no)`);
  });

  /** Writes the row of an order anew, under the number of another parcel. */
  const adds = async (other: Parcel, { trackingNo }: Parcel, id: string = randomUUID()): Promise<void> => {
    await query(`delete from platform_express_waybills where tracking_no = $1`, [other.trackingNo]);
    await query(
      `insert into platform_express_waybills (id, carrier, tracking_no, order_id) values ($1, '圆通', $2, $3)`,
      [id, trackingNo, other.orderId],
    );
  };
  const statusesOf = ({ trackingNo }: Parcel): Promise<unknown[]> =>
    query(`select status from platform_express_waybills where tracking_no = $1`, [trackingNo]);
  const messagesOf = ({ orderId }: Parcel): Promise<object[]> =>
    query(
      `select aud, status, send_status, last_error from express_notifications
        where order_id::text = $1 order by aud desc, created_at`,
      [orderId],
    );
  const allClosed = (): Promise<boolean> =>
    eventually(
      async () => (await query(`select from waybell.express_updates where state = 'open'`)).length === 0,
    );

  const MADE_AT = `create index if not exists made_at on platform_express_waybills (created_at)`;

  test('is told within a minute where an index finds it, once, and its people alone', async () => {
    const [one, other, third] = [await lab.parcel(), await lab.parcel(), await lab.parcel({ user: 0 })];
    await query(`update ml_orders set user_id = $2 where id = $1`, [third.orderId, one.userId]);
    await lab.withWorker(async () => {
      await (await lab.start(one, 'in_transit', 1)).result();
      await (await lab.start(one, 'out_for_delivery', 2)).result();
      await adds(other, one);
      // The buyer of this order was told, of the order of a row with a higher id.
      await adds(third, one, '00000000-0000-4000-8000-000000000001');
      await sweep(lab);
      expect(await messagesOf(other)).toEqual([]);

      await query(MADE_AT);
      await sweep(lab);
      await eventually(async () => (await messagesOf(third)).length === 2);
      await eventually(async () => (await messagesOf(other)).length === 2);
      await allClosed();
      await sweep(lab);
      await allClosed();
    });
    const news = { status: 'out_for_delivery', send_status: 'success', last_error: null };
    expect(await messagesOf(other)).toEqual([
      { ...news, aud: 'user' },
      { ...news, aud: 'merchant' },
    ]);
    expect(await messagesOf(third)).toEqual([
      { ...news, aud: 'user', send_status: 'superseded', last_error: 'told-of-other-order' },
      { ...news, aud: 'merchant' },
    ]);
    for (const cid of one.cids) expect(lab.cloud.countFor(cid)).toBe(2);
    for (const cid of [...other.cids, ...third.cids]) expect(lab.cloud.countFor(cid)).toBe(1);
    expect(await statusesOf(one)).toEqual(Array(3).fill({ status: 'out_for_delivery' }));

    await lab.withWorker(async () => {
      await lab.start(one, 'delivered', 3);
      for (const cid of [...one.cids, ...other.cids, ...third.cids]) {
        const before = one.cids.includes(cid) ? 2 : 1;
        await eventually(() => Promise.resolve(lab.cloud.countFor(cid) > before));
      }
      await allClosed();
    });
    for (const cid of one.cids) expect(lab.cloud.countFor(cid)).toBe(3);
    for (const cid of [...other.cids, ...third.cids]) expect(lab.cloud.countFor(cid)).toBe(2);
  });

  test.each([
    ['is still open', 0],
    ['has closed', 1],
  ])(
    'hears what was left to an order whose number is corrected, though its delivery %s',
    async (_, phones) => {
      await query(MADE_AT);
      const [one, other] = [await lab.parcel({ user: 0 }), await lab.parcel({ user: 0, merchant: phones })];
      await query(`update ml_orders set user_id = $2 where id = $1`, [other.orderId, one.userId]);
      await lab.withWorker(async () => {
        const first = await lab.start(one, 'available_for_pickup', 1);
        await waits(first);
        await adds(other, one);
        await sweep(lab);
        await eventually(async () => (await messagesOf(other)).length === 2);
        const left = { aud: 'user', send_status: 'superseded', last_error: 'told-of-other-order' };
        await eventually(async () => {
          const [row] = await query<{ state: string }>(
            `select state from waybell.express_updates where workflow_id like $1 || '~%'`,
            [first.workflowId],
          );
          return row?.state === (phones === 0 ? 'open' : 'closed');
        });
        expect((await messagesOf(other))[0]).toMatchObject(left);

        await query(
          `update platform_express_waybills set tracking_no = tracking_no || 'X' where order_id::text = $1`,
          [one.orderId],
        );
        await sweep(lab);
        expect((await first.result()).reason).toBe('renumbered');
        const toBuyer = (sent: string): Promise<boolean> =>
          eventually(async () => {
            const [message] = await messagesOf(other);
            return message !== undefined && 'send_status' in message && message.send_status === sent;
          });
        await toBuyer('no-targets');
        const phone = await lab.registerDevice({ userId: one.userId });
        await sweep(lab);
        await toBuyer('success');
        expect(lab.cloud.countFor(phone)).toBe(1);
        await lab.registerDevice({ merchantId: other.merchantId });
        await sweep(lab);
        await allClosed();
      });
    },
  );
});

describe('a row whose carrier is called as nobody knows', () => {
  const lab = useLab();

  test('gets what waits for its order once CARRIER_MAP says whose it is, without a command', async () => {
    const parcel = await lab.parcel();
    await lab.db.pool.query(
      `update platform_express_waybills set carrier = '圆通上海仓' where tracking_no = $1`,
      [parcel.trackingNo],
    );
    const waiting = await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waits(handle);
      await sweep(lab);
      return handle;
    });
    const { carriers } = loadConfig({ CARRIER_MAP: '{"圆通上海仓": "yto"}' });
    await lab.withWorker(
      async () => {
        await sweep(lab);
        expect((await waiting.result()).outcome).toBe('success');
      },
      undefined,
      { carriers },
    );
    for (const cid of parcel.cids) expect(lab.cloud.countFor(cid)).toBe(1);
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
