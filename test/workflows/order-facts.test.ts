import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import { inTransaction } from '../../src/database/pool';
import { findDeliveryStories } from '../../src/database/stories';
import { messageText } from '../../src/shipment/message-text';
import type { Manner } from '../../src/shipment/phrases';
import type { ShipmentStatus } from '../../src/shipment/status';
import type { Audience } from '../../src/shipment/update';
import type { DeliveryResult } from '../../src/workflows/contract';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { eventually, type Parcel, shipmentUpdate, useLab } from '../setup/delivery-lab';
import { DATABASE_KINDS } from '../setup/run-info';

/** What the shop writes into its rows. The seed's status of an order is a number; another shop's is a word. */
const SHOPS = {
  seed: {
    status: { open: '1', cancelled: '4', refunded: '5', unheard: '9' },
    words: { 1: 'open', 4: 'cancelled', 5: 'refunded' },
  },
  embedded: {
    status: { open: 'paid', cancelled: '已 取消', refunded: ' ＲＥＦＵＮＤＥＤ ', unheard: '换货中' },
    words: { paid: 'open', 已取消: 'cancelled' },
  },
} as const;

const COLUMNS = `
  alter table platform_express_waybills add column is_return boolean;
  alter table ml_orders add column goods text, add column channel text;
`;

interface Said {
  readonly status?: 'open' | 'cancelled' | 'refunded' | 'unheard';
  readonly isReturn?: boolean;
  readonly goods?: string;
  readonly channel?: string;
}

interface Case {
  readonly name: string;
  readonly said: Said;
  readonly scan: ShipmentStatus;
  /** Of Kuaidi100: 303 is somebody else's signature. */
  readonly word?: string;
  /** In which manner each is told; `null`: not at all. */
  readonly user: Manner | null;
  readonly merchant: Manner | null;
}

const CASES: readonly Case[] = [
  {
    name: 'an open order',
    said: { status: 'open' },
    scan: 'out_for_delivery',
    user: 'usual',
    merchant: 'usual',
  },
  ...(['cancelled', 'refunded'] as const).flatMap((status): Case[] => {
    const off = `order-${status}` as const;
    const of = { name: `an order that is ${status}`, said: { status } };
    return [
      { ...of, scan: 'in_transit', user: null, merchant: 'usual' },
      { ...of, scan: 'out_for_delivery', user: off, merchant: 'usual' },
      { ...of, scan: 'available_for_pickup', user: off, merchant: 'usual' },
      { ...of, scan: 'delivered', user: off, merchant: off },
      { ...of, scan: 'returning', user: null, merchant: 'usual' },
    ];
  }),
  {
    name: 'a status that no map knows',
    said: { status: 'unheard' },
    scan: 'delivered',
    user: 'usual',
    merchant: 'usual',
  },
  {
    name: 'a return',
    said: { isReturn: true, status: 'refunded' },
    scan: 'out_for_delivery',
    user: 'return',
    merchant: 'return',
  },
  { name: 'a return', said: { isReturn: true }, scan: 'delivered', user: 'return', merchant: 'return' },
  {
    name: 'a return that its carrier takes back',
    said: { isReturn: true },
    scan: 'returning',
    user: 'return',
    merchant: 'return',
  },
  {
    name: 'cold goods',
    said: { goods: '冷链' },
    scan: 'available_for_pickup',
    user: 'usual',
    merchant: 'not-handed-over',
  },
  { name: 'cold goods', said: { goods: 'COLD' }, scan: 'delivered', user: 'usual', merchant: 'usual' },
  {
    name: 'a prescription',
    said: { goods: 'rx' },
    scan: 'delivered',
    word: '303',
    user: 'usual',
    merchant: 'not-handed-over',
  },
  {
    name: 'ordinary goods',
    said: { goods: 'ordinary' },
    scan: 'delivered',
    word: '303',
    user: 'usual',
    merchant: 'usual',
  },
];

describe.each(DATABASE_KINDS)('what a shop says of its orders and parcels (%s database)', (kind) => {
  const lab = useLab(kind);
  const { status, words } = SHOPS[kind];
  const { shopTables } = loadConfig({
    SHOP_TABLES: JSON.stringify({
      waybills: { direction: { column: 'is_return', words: { true: 'return', false: 'outbound' } } },
      orders: {
        status: { column: 'status', words },
        kind: { column: 'goods', words: { RX: 'prescription', 冷链: 'cold', '': 'ordinary' } },
        buyerPush: { column: 'channel', words: { 小程序: 'without', '': 'with' } },
      },
    }),
  });
  const query = (sql: string, values: unknown[] = []): Promise<unknown> => lab.db.pool.query(sql, values);

  const says = async ({ orderId, trackingNo }: Parcel, said: Said): Promise<void> => {
    await query(`update ml_orders set status = $2, goods = $3, channel = $4 where id = $1`, [
      orderId,
      status[said.status ?? 'open'],
      said.goods ?? null,
      said.channel ?? null,
    ]);
    await query(`update platform_express_waybills set is_return = $2 where tracking_no = $1`, [
      trackingNo,
      said.isReturn ?? false,
    ]);
  };
  const toldTo = (cid: string | undefined): string | null => {
    const request = lab.cloud.requests.find(({ push_clientid }) => push_clientid === cid);
    return request ? `${request.title}: ${request.content}` : null;
  };
  const textOf = (
    { trackingNo }: Parcel,
    scan: ShipmentStatus,
    audience: Audience,
    manner: Manner,
  ): string => {
    const { title, body } = messageText('zh', scan, audience, trackingNo, manner);
    return `${title}: ${body}`;
  };
  const withFacts = <T>(work: () => Promise<T>): Promise<T> =>
    lab.withWorker(work, undefined, { shopTables });
  const storyOf = (trackingNo: string) =>
    inTransaction(lab.db.pool, (db) => findDeliveryStories(db, shopTables, trackingNo));
  const notificationsOf = async ({ workflowId }: { workflowId: string }): Promise<unknown[]> => {
    const { rows } = await lab.db.pool.query<object>(
      `select aud, send_status, last_error from express_notifications where workflow_id = $1 order by aud desc`,
      [workflowId],
    );
    return rows;
  };

  test('decides who is told, and in which words', async () => {
    await query(COLUMNS);
    const results = await withFacts(() =>
      Promise.all(
        CASES.map(async ({ said, scan, word }) => {
          const parcel = await lab.parcel();
          await says(parcel, said);
          const update = shipmentUpdate(parcel.trackingNo, [[scan, 1]]);
          const events = update.events.map((event) => ({ ...event, rawStatus: word ?? event.rawStatus }));
          const ofKuaidi100 = { ...update, source: 'kuaidi100', events };
          const handle = await lab.start(parcel, scan, 1, { update: ofKuaidi100 });
          return { parcel, workflowId: handle.workflowId, result: await handle.result() };
        }),
      ),
    );
    for (const [index, { name, scan, user, merchant }] of CASES.entries()) {
      const { parcel, result } = results[index] as (typeof results)[number];
      const worded = (audience: Audience, manner: Manner | null): string | null =>
        manner && textOf(parcel, scan, audience, manner);
      expect([name, scan, ...parcel.cids.map(toldTo)]).toEqual([
        name,
        scan,
        worded('user', user),
        worded('merchant', merchant),
      ]);
      expect(result).toMatchObject({ outcome: 'success', reason: 'by-audience' });
    }
    const withheld = CASES.findIndex(({ user }) => user === null);
    const { parcel, workflowId, result } = results[withheld] as (typeof results)[number];
    // No message of what was not told is left for the app to show.
    expect(await notificationsOf({ workflowId })).toEqual([
      { aud: 'merchant', send_status: 'success', last_error: null },
    ]);
    expect(result.audiences).toEqual([
      { audience: 'merchant', sendStatus: 'success', accepted: 1, failed: 0, attention: null, until: null },
      {
        ...{
          audience: 'user',
          sendStatus: 'superseded',
          accepted: 0,
          failed: 0,
          attention: null,
          until: null,
        },
        reason: 'order-cancelled',
      },
    ]);
    expect(await storyOf(parcel.trackingNo)).toMatchObject([{ withheld: { user: 'order-cancelled' } }]);
  });

  // One of the two is enough for what follows.
  if (kind === 'embedded') return;

  test('follows the order while a delivery waits: ends what is not to be told, takes it up again, and rewords it', async () => {
    const [parcel, arrived] = [await lab.parcel({ user: 0, merchant: 0 }), await lab.parcel({ user: 0 })];
    for (const one of [parcel, arrived]) await says(one, {});
    await withFacts(async () => {
      const handle = await lab.start(parcel, 'in_transit', 1);
      const other = await lab.start(arrived, 'delivered', 1);
      for (const one of [handle, other])
        await eventually(async () => (await one.describe()).typedSearchAttributes.get(ATTENTION));
      await says(parcel, { status: 'cancelled' });
      await handle.signal('orderLinked');
      await eventually(async () => (await storyOf(parcel.trackingNo))[0]?.withheld.user);
      expect(await notificationsOf(handle)).toEqual([
        { aud: 'user', send_status: 'superseded', last_error: 'order-cancelled' },
        { aud: 'merchant', send_status: 'no-targets', last_error: 'no-targets' },
      ]);
      const phone = await lab.registerDevice({ userId: parcel.userId });
      await says(parcel, {});
      await handle.signal('orderLinked');
      await eventually(() => Promise.resolve(lab.cloud.countFor(phone) === 1));
      expect(await storyOf(parcel.trackingNo)).toMatchObject([{ withheld: {} }]);

      await says(arrived, { status: 'refunded' });
      const late = await lab.registerDevice({ userId: arrived.userId });
      await other.signal('deviceRegistered');
      await other.result();
      expect(toldTo(late)).toBe(textOf(arrived, 'delivered', 'user', 'order-refunded'));
      // The merchant's was told before.
      expect(toldTo(arrived.cids[0])).toBe(textOf(arrived, 'delivered', 'merchant', 'usual'));
      await lab.terminate(handle.workflowId);
    });
  });

  test('asks the order once more before each push: one that is cancelled meanwhile is not told', async () => {
    const parcel = await lab.parcel();
    await says(parcel, {});
    const result = await lab.withWorker(
      async () => (await lab.start(parcel, 'in_transit', 1)).result(),
      (activities) => ({
        ...activities,
        pushToDevice: async (input) => {
          await says(parcel, { status: 'cancelled' });
          return activities.pushToDevice(input);
        },
      }),
      { shopTables },
    );
    expect(result).toMatchObject({
      outcome: 'success',
      audiences: [
        { audience: 'user', sendStatus: 'superseded', reason: 'order-cancelled' },
        { audience: 'merchant', sendStatus: 'success' },
      ],
    });
    expect(toldTo(parcel.cids[0])).toBeNull();
  });

  test('tells nobody where all that are named are told nothing; waits for no phone that is not to be', async () => {
    const alone = await lab.parcel({ user: 1, merchant: 0 });
    await query('alter table ml_orders alter merchant_id drop not null');
    await query(`update ml_orders set merchant_id = null where id = $1`, [alone.orderId]);
    await says(alone, { status: 'refunded' });
    const [silent, reached] = [await lab.parcel({ user: 0 }), await lab.parcel()];
    for (const parcel of [silent, reached]) await says(parcel, { channel: '小程序' });
    const results = await withFacts(() =>
      Promise.all(
        [alone, silent, reached].map(async (parcel): Promise<DeliveryResult> => {
          const handle = await lab.start(parcel, parcel === alone ? 'in_transit' : 'delivered', 1);
          return handle.result();
        }),
      ),
    );
    expect(alone.cids.map(toldTo)).toEqual([null]);
    const merchant = { audience: 'merchant', sendStatus: 'success', accepted: 1 };
    const withoutPhone = {
      audience: 'user',
      sendStatus: 'no-targets',
      attention: null,
      reason: 'without-push',
    };
    expect(results).toMatchObject([
      { outcome: 'superseded', reason: 'order-refunded' },
      { outcome: 'partial', reason: 'by-audience', audiences: [withoutPhone, merchant] },
      { outcome: 'success', audiences: [{ audience: 'user', accepted: 1 }, merchant] },
    ]);
  });

  test('waits for no phone where the setting says that nobody has one, unless the order says otherwise', async () => {
    const [silent, buyer] = [
      await lab.parcel({ user: 0, merchant: 0 }),
      await lab.parcel({ user: 0, merchant: 0 }),
    ];
    // A word that no map knows says nothing.
    await says(silent, { channel: 'fax' });
    await says(buyer, {});
    await lab.withWorker(
      async () => {
        const result = await (await lab.start(silent, 'delivered', 1)).result();
        expect(result).toMatchObject({ outcome: 'no-targets', reason: 'without-push' });
        const handle = await lab.start(buyer, 'delivered', 1);
        await eventually(async () => (await handle.describe()).typedSearchAttributes.get(ATTENTION));
        await lab.terminate(handle.workflowId);
      },
      undefined,
      { shopTables, withoutPush: ['user', 'merchant'] },
    );
  });

  test('goes on as without a column that is gone or holds something else', async () => {
    await query(`
      alter table platform_express_waybills drop column is_return;
      alter table ml_orders drop column goods, drop column status, add column status jsonb default '{"a": 1}'`);
    const parcel = await lab.parcel();
    const handle = await withFacts(async () => {
      const started = await lab.start(parcel, 'delivered', 1);
      expect(await started.result()).toMatchObject({ outcome: 'success' });
      return started;
    });
    expect(toldTo(parcel.cids[0])).toBe(textOf(parcel, 'delivered', 'user', 'usual'));
    expect(await notificationsOf(handle)).toHaveLength(2);
  });
});
