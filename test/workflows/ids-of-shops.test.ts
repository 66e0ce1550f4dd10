import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { eventually, LIMITS, type DeliveryHandle, type Parcel, useLab } from '../setup/delivery-lab';
import { ATTENTION } from '../../src/workflows/search-attributes';

/** Columns of a shop's ids: one that holds the id, the same in another spelling, and ids that the column cannot hold. */
const COLUMNS = [
  { type: 'bigint', id: '42', spelled: '0042', unfit: ['guest-4711', '12345678901234567890123', '4.2'] },
  {
    type: 'uuid',
    id: '6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90',
    spelled: '6F2D9C1E-0A4B-4C8D-9E21-5B7F3A6C8D90',
    unfit: ['guest-4711', '42', '6f2d9c1e-0a4b-4c8d-9e21'],
  },
  { type: 'varchar(8)', id: 'u-42', spelled: 'u-42', unfit: ['customer-of-2011', 'u-42     and more'] },
];
/** Nobody, as forms and imports write it. */
const BLANKS = ['', ' ', '   '];

/** All of them with one worker. */
async function atOnce<T>(all: readonly T[], check: (one: T) => Promise<void>): Promise<void> {
  await Promise.all(all.map(check));
}

describe.each(COLUMNS)('ids in columns of $type', ({ type, id, spelled, unfit }) => {
  const lab = useLab();
  beforeAll(async () => {
    const retyped = (table: string, column: string): string =>
      `alter table ${table} alter column ${column} type ${type} using ${column}::text::${type};`;
    await lab.db.pool.query(
      [
        retyped('push_devices', 'user_id'),
        retyped('push_devices', 'merchant_id'),
        retyped('express_notifications', 'recipient_id'),
        retyped('express_notifications', 'order_id'),
      ].join('\n'),
    );
  });

  /** A parcel of an order that says what it says; the shop's orders hold text. */
  async function parcelOf(userId: string | null, merchantId: string | null): Promise<Parcel> {
    const orderId = `O-${randomUUID()}`;
    const trackingNo = `YT${randomBytes(4).toString('hex').toUpperCase()}`;
    await lab.db.pool.query(`insert into ml_orders (id, user_id, merchant_id) values ($1, $2, $3)`, [
      ...[orderId, userId, merchantId],
    ]);
    await lab.db.pool.query(
      `insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', $1, $2)`,
      [trackingNo, orderId],
    );
    return { trackingNo, orderId, userId: userId ?? '', merchantId: merchantId ?? '' };
  }
  const rowsOf = async ({ workflowId }: DeliveryHandle): Promise<unknown[]> =>
    (
      await lab.db.pool.query<{ row: unknown }>(
        `select jsonb_build_array(aud, recipient_id::text, order_id::text, send_status) as row
           from express_notifications where workflow_id = $1 order by aud`,
        [workflowId],
      )
    ).rows.map(({ row }) => row);
  /** A step that is refused is not tried again and again. */
  const isCalm = async (handle: DeliveryHandle): Promise<void> => {
    const { raw, historyLength } = await handle.describe();
    expect(raw.pendingActivities ?? []).toEqual([]);
    expect(Number(historyLength)).toBeLessThan(40);
  };

  test('the owner of an order is found whatever the spelling, and the order that does not fit is left out', async () => {
    const cid = await lab.registerDevice({ userId: id });
    const parcel = await parcelOf(spelled, null);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      expect(await rowsOf(handle)).toEqual([['user', id, null, 'success']]);
      await isCalm(handle);
    });
    expect(lab.cloud.countFor(cid)).toBe(1);
  });

  test('an id that fits no column names nobody, and who fits is told', async () => {
    const cid = await lab.registerDevice({ merchantId: id });
    await lab.withWorker(() =>
      atOnce(unfit, async (other) => {
        const handle = await lab.start(await parcelOf(other, id), 'delivered', 1);
        expect([other, await handle.result()]).toMatchObject([other, { outcome: 'success' }]);
        expect(await rowsOf(handle)).toEqual([['merchant', id, null, 'success']]);
        await isCalm(handle);
      }),
    );
    expect(lab.cloud.countFor(cid)).toBe(unfit.length);
  });

  test('an order of such ids alone, or of blanks, ends once, with an outcome', async () => {
    await lab.withWorker(() =>
      atOnce([...unfit, ...BLANKS], async (other) => {
        const handle = await lab.start(await parcelOf(other, other), 'delivered', 1);
        const nobody = { outcome: 'no-targets', reason: 'nobody-named' };
        expect([other, await handle.result()]).toMatchObject([other, nobody]);
        expect(await rowsOf(handle)).toEqual([]);
        await isCalm(handle);
      }),
    );
  });
});

describe.each(COLUMNS)('orders whose ids are $type', ({ type, id, spelled, unfit }) => {
  const lab = useLab();
  beforeAll(() => lab.db.pool.query(`alter table ml_orders alter column id type ${type} using id::${type}`));
  const linkTo = (parcel: Parcel, orderId: string): Promise<unknown> =>
    lab.db.pool.query(`update platform_express_waybills set order_id = $2 where tracking_no = $1`, [
      ...[parcel.trackingNo, orderId],
    ]);

  test('a waybill that names another has no order yet, and goes on with one that it names in another spelling', async () => {
    const userId = `u-${randomUUID()}`;
    await lab.db.pool.query(`insert into ml_orders (id, user_id) values ($1, $2)`, [id, userId]);
    const cid = await lab.registerDevice({ userId });
    const others = [...unfit, ...BLANKS];
    await lab.withWorker(() =>
      atOnce(others, async (other) => {
        const trackingNo = `YT${randomBytes(4).toString('hex').toUpperCase()}`;
        await lab.db.pool.query(
          `insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', $1, $2)`,
          [trackingNo, other],
        );
        const parcel = { trackingNo, orderId: id, userId, merchantId: '' };
        const handle = await lab.start(parcel, 'delivered', 1);
        await eventually(async () =>
          (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('order-not-found'),
        );
        expect((await handle.describe()).raw.pendingActivities ?? []).toEqual([]);
        // As a shop would write it whose waybills hold text.
        await linkTo(parcel, spelled);
        await handle.signal('orderLinked');
        expect([other, await handle.result()]).toMatchObject([other, { outcome: 'success' }]);
      }),
    );
    expect(lab.cloud.countFor(cid)).toBe(others.length);
  });
});

describe('ids of different kinds', () => {
  const lab = useLab();

  test('a blank owner is nobody: no phone without an owner rings', async () => {
    for (const blank of BLANKS) {
      const parcel = await lab.parcel({ user: 0, merchant: 1 });
      await lab.db.pool.query(`update ml_orders set user_id = $2 where id = $1`, [parcel.orderId, blank]);
      const strangers = [
        await lab.registerDevice({ userId: blank }),
        await lab.registerDevice({ merchantId: blank }),
      ];
      await lab.withWorker(async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
      });
      expect(strangers.map((cid) => lab.cloud.countFor(cid))).toEqual([0, 0]);
    }
  });

  test('a uuid is the same in capitals, in a column of text and in one of uuids', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 0 });
    const user = randomUUID();
    const merchant = randomUUID();
    await lab.db.pool.query(`update ml_orders set user_id = upper($2), merchant_id = $3 where id = $1`, [
      ...[parcel.orderId, user, merchant],
    ]);
    const phones = [
      await lab.registerDevice({ userId: user }),
      await lab.registerDevice({ merchantId: merchant.toUpperCase() }),
    ];
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
    expect(phones.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
  });
});

describe('a guest', () => {
  const lab = useLab();

  test('has no phone where owners are uuids: the wait for one ends in its time', async () => {
    await lab.db.pool.query(`alter table push_devices alter column user_id type uuid using user_id::uuid`);
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    await lab.db.pool.query(`update ml_orders set user_id = 'guest-4711' where id = $1`, [parcel.orderId]);
    await lab.withWorker(async () => {
      const limits = { ...LIMITS, firstDevice: 1_000, device: 1_000 };
      const handle = await lab.start(parcel, 'delivered', 1, { limits });
      expect(await handle.result()).toMatchObject({ outcome: 'partial', reason: 'by-audience' });
    });
  });
});
