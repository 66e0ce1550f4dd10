import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { insertDecision } from '../../src/database/audit';
import { addChannelTraffic } from '../../src/database/channel-traffic';
import { eraseDevices } from '../../src/database/erase-person';
import { findErasure, findStuck, insertErasure } from '../../src/database/erasures';
import { findRecipients } from '../../src/database/find-recipients';
import { inTransaction } from '../../src/database/pool';
import { addToBulkRetry } from '../../src/database/retries';
import { insertWebhooks } from '../../src/database/webhook-archive';
import { erasureWorkflowId } from '../../src/deliveries/erasure';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import type { ErasureSubject } from '../../src/shipment/erasure';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { ERASE_WORKFLOW, SWEEP_WORKFLOW, type EraseResult } from '../../src/workflows/contract';
import { eventually, shipmentUpdate, useLab, type Parcel } from '../setup/delivery-lab';
import { findEverywhere, placesOf } from '../setup/find-everywhere';

const lab = useLab();

const NAME = '欧阳惠敏';
const MEDICINE = '盐酸舍曲林片';
const TEXT = `包裹已由${NAME}签收，内件${MEDICINE}`;
const PLACE = '梧桐里小区九栋';

/** An update in which the carrier writes about people. */
function telling({ trackingNo }: Pick<Parcel, 'trackingNo'>, hour = 1): ShipmentUpdate {
  const update = shipmentUpdate(trackingNo, [
    ['in_transit', hour],
    ['delivered', hour + 1],
  ]);
  const events = update.events.map((event) => ({
    ...event,
    text: TEXT,
    place: PLACE,
    rawStatus: `${NAME}签收`,
  }));
  return { ...update, events };
}

async function deliver(update: ShipmentUpdate, parcel: Parcel): Promise<string> {
  const handle = await lab.start(parcel, 'delivered', 1, { update });
  await handle.result();
  return handle.workflowId;
}

const archive = (
  id: string,
  updates: readonly ShipmentUpdate[],
  flaws: readonly unknown[] = [],
): Promise<void> =>
  insertWebhooks(lab.db.pool, [
    {
      ...{
        id,
        source: 'own-system',
        channel: '',
        receivedAt: new Date(),
        mediaType: 'application/json',
        flaws,
      },
      ...{ verdict: flaws.length > 0 ? 'flawed' : 'read', workflowIds: updates.map(deliveryWorkflowId) },
      body: Buffer.from(JSON.stringify({ text: TEXT, id })),
    },
  ]);

async function erase(subject: ErasureSubject): Promise<{ id: string; erased: EraseResult['erased'] }> {
  const { client, taskQueue } = lab.temporal;
  const id = await inTransaction(lab.db.pool, (db) => insertErasure(db, subject, 'desk'));
  const { erased } = await client.workflow.execute<(input: object) => Promise<EraseResult>>(ERASE_WORKFLOW, {
    ...{ workflowId: erasureWorkflowId(id), taskQueue, args: [{ erasureId: id, pauseMs: 500 }] },
  });
  return { id, erased };
}

const find = (...marks: string[]) =>
  findEverywhere({ pool: lab.db.pool, temporal: lab.temporal }, marks).then(placesOf);

const count = async (from: string, ...values: unknown[]): Promise<number> =>
  (await lab.db.pool.query<{ count: number }>(`select count(*)::int as count from ${from}`, values)).rows[0]
    ?.count ?? 0;

describe('a buyer who is erased', () => {
  let parcel: Parcel & { cids: string[] };
  let other: Parcel & { cids: string[] };
  let waiting: string;
  let result: Awaited<ReturnType<typeof erase>>;

  beforeAll(async () => {
    parcel = await lab.parcel();
    other = await lab.parcel();
    const second = { ...(await lab.parcel({ user: 0, merchant: 0 })), userId: parcel.userId };
    await lab.db.pool.query('update ml_orders set user_id = $2 where id = $1', [
      second.orderId,
      parcel.userId,
    ]);
    await lab.registerDevice({ userId: parcel.userId, merchantId: parcel.merchantId }, 'a-shared-phone');
    await lab.db.pool.query(
      `update push_devices set subscription = '{"endpoint": "https://push.example/secret-of-theirs"}' where cid = $1`,
      [parcel.cids[0]],
    );
    await lab.withWorker(async () => {
      await deliver(telling(parcel), parcel);
      await deliver(telling(other), other);
      // One waits for a phone that the merchant lacks; it runs on.
      waiting = (await lab.start(second, 'in_transit', 1)).workflowId;
      await eventually(
        async () => (await count('waybell.express_waits where workflow_id = $1', waiting)) > 0,
      );
    });
    await archive('alone', [telling(parcel)]);
    await archive('with-others', [telling(parcel), telling(other)]);
    await archive(
      'with-unread-rows',
      [telling(parcel)],
      [{ code: 'row-unusable', where: '', message: NAME }],
    );
    await archive(
      'with-a-bad-time',
      [telling(parcel)],
      [{ code: 'time-unusable', where: '', message: NAME }],
    );
    await seedSmallTables();
    result = await lab.withWorker(() => erase({ kind: 'user', id: parcel.userId }));
  });

  async function seedSmallTables(): Promise<void> {
    const { trackingNo, userId } = parcel;
    const at = new Date();
    await inTransaction(lab.db.pool, async (db) => {
      await insertDecision(db, {
        ...{ actor: 'desk', place: 'here', action: 'retryDelivery', subject: trackingNo },
        asked: JSON.stringify({ reason: `${NAME} asked`, user_id: userId }),
      });
      await addToBulkRetry(db, 'r', [deliveryWorkflowId(telling(parcel))]);
      await addChannelTraffic(db, [
        {
          ...{ source: 'sf', channel: 'main', acceptedAt: at, refusedAt: at, refusedInARow: 1, spans: [] },
          refusals: [
            {
              ...{ reason: 'header-mismatch', place: 'sign', found: NAME, address: '203.0.113.7' },
              ...{ trackingNo, times: 1, firstAt: at, lastAt: at },
            },
          ],
        },
      ]);
    });
    await lab.db.pool.query(
      `insert into waybell.queue_imports (workflow_id, update, queue_ids) values ($1, $2, '{}')`,
      [deliveryWorkflowId(telling(parcel)), JSON.stringify(telling(parcel))],
    );
    await lab.db.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id, title) values ('old-one', 'user', $1, 'of the old system')`,
      [userId],
    );
    await lab.db.pool.query(
      `insert into waybell.held_deactivations (device_id, provider, reason, words, tried_at)
       select id::text, 'fcm', 'gone', 'device of theirs', now() from push_devices where cid = $1`,
      [parcel.cids[0]],
    );
  }

  test('stands nowhere any more but where the erasure says so', async () => {
    // Nothing of it is the parcel’s of somebody else, in whose rows the same words stand.
    const marks = [
      parcel.userId,
      parcel.cids[0] ?? '',
      'secret-of-theirs',
      'device of theirs',
      `${NAME} asked`,
    ];
    // Temporal deletes a moment after it has said so.
    await eventually(async () => !(await find(...marks)).some((place) => /Temporal|history/.test(place)));
    expect(await find(...marks)).toEqual([
      'public.express_notifications.recipient_id',
      'public.ml_orders.user_id',
    ]);
    expect(
      await count(`express_notifications where recipient_id = $1 and workflow_id is not null`, parcel.userId),
    ).toBe(0);
    expect(await count('push_devices where user_id = $1', parcel.userId)).toBe(0);
    expect(await inTransaction(lab.db.pool, findStuck)).toEqual({ count: 0, oldest: null });
    expect(await count('push_devices where merchant_id = $1', parcel.merchantId)).toBe(2);
  });

  test('leaves no words about their parcels, and all of another’s', async () => {
    const textsOf = async ({ trackingNo }: Parcel): Promise<number> =>
      (await count('waybell.scan_texts where tracking_no = $1', trackingNo)) +
      (await count(`express_notifications where tracking_no = $1 and event_text_safe <> ''`, trackingNo));
    expect(await textsOf(parcel)).toBe(0);
    expect(await textsOf(other)).toBe(4);
    expect(await count(`waybell.channel_refusals where tracking_no = $1`, parcel.trackingNo)).toBe(0);
    const histories = lab.temporal.client.workflow.list({ query: `TrackingNo = '${parcel.trackingNo}'` });
    expect(
      await eventually(async () => ((await histories[Symbol.asyncIterator]().next()).done ? 'none' : null)),
    ).toBe('none');
    await lab.temporal.client.workflow.getHandle(deliveryWorkflowId(telling(other))).describe();
  });

  test('ends what was still on its way to them', async () => {
    await expect(lab.temporal.client.workflow.getHandle(waiting).describe()).rejects.toThrow();
    const { rows } = await lab.db.pool.query(
      'select state, reason from waybell.express_updates where workflow_id = $1',
      [waiting],
    );
    expect(rows).toEqual([{ state: 'closed', reason: 'erased' }]);
    expect(await count('waybell.express_waits where workflow_id = $1', waiting)).toBe(0);
  });

  test('keeps bodies that may be about others, and names them', async () => {
    const { rows } = await lab.db.pool.query(
      'select id from waybell.webhooks where emptied_at is null order by id',
    );
    expect(rows).toEqual([{ id: 'with-others' }, { id: 'with-unread-rows' }]);
    const done = await inTransaction(lab.db.pool, (db) => findErasure(db, result.id));
    expect(done).toMatchObject({ kind: 'user', subject: null, requestedBy: 'desk', parcels: 2 });
    const shared = done?.remains.find(({ kind }) => kind === 'shared-webhooks');
    expect(shared).toMatchObject({ count: 2, names: ['with-others', 'with-unread-rows'] });
    expect(done?.remains.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'shop-rows',
        'parcel-record',
        'merchant-messages',
        'old-notifications',
        'old-pages',
      ]),
    );
    expect(result.erased).toMatchObject({
      devices: 2,
      webhook_bodies: 2,
      refusals: 1,
      bulk_retries: 1,
      audit_entries: 1,
    });
    expect(await count('waybell.erasure_parcels')).toBe(0);
  });

  test('is told nothing when a sender tells the whole story again, and no word of it comes back', async () => {
    const update = telling(parcel);
    const later = telling(parcel, 3);
    const whole = { ...update, events: [...update.events, ...later.events] };
    const before = lab.cloud.requests.length;
    await lab.withWorker(async () => {
      expect(await (await lab.start(parcel, 'delivered', 1, { update })).result()).toMatchObject({
        outcome: 'nothing-new',
      });
      const again = await (await lab.start(parcel, 'delivered', 1, { update: whole })).result();
      expect(again).toMatchObject({ audiences: [] });
    });
    expect(lab.cloud.requests.length).toBe(before);
    expect(await count('waybell.scan_texts where tracking_no = $1', parcel.trackingNo)).toBe(0);
    expect(
      await count(`express_notifications where recipient_id = $1 and workflow_id is not null`, parcel.userId),
    ).toBe(0);
  });

  test('is nobody to a new parcel until a phone registers again, and somebody from then on', async () => {
    const next = await lab.parcel({ user: 0, merchant: 1 });
    await lab.db.pool.query('update ml_orders set user_id = $2 where id = $1', [next.orderId, parcel.userId]);
    await lab.withWorker(async () => {
      const first = await (await lab.start(next, 'in_transit', 1)).result();
      expect(first.audiences.map(({ audience }) => audience)).toEqual(['merchant']);
      await lab.registerDevice({ userId: parcel.userId });
      const second = await (await lab.start(next, 'delivered', 2)).result();
      expect(second.audiences.map(({ audience }) => audience)).toEqual(['user', 'merchant']);
    });
    // Who is back and logs out is no less themselves than anybody who does.
    await lab.db.pool.query('delete from push_devices where user_id = $1', [parcel.userId]);
    const found = await inTransaction(lab.db.pool, async (db) => {
      const { rows } = await db.query<{ id: string }>(
        'select id::text as id from platform_express_waybills where tracking_no = $1',
        [next.trackingNo],
      );
      return findRecipients(db, lab.deps.shopTables, rows[0]?.id ?? '');
    });
    expect(found).toMatchObject({ userId: parcel.userId });
  });
});

test('an order and a number are erased alone; the same asked twice is one', async () => {
  const [first, second] = [await lab.parcel(), await lab.parcel()];
  await lab.withWorker(async () => {
    await deliver(telling(first), first);
    await deliver(telling(second), second);
    const subject = { kind: 'order', id: first.orderId } as const;
    const asked = await inTransaction(lab.db.pool, (db) => insertErasure(db, subject, 'desk'));
    expect((await erase(subject)).id).toBe(asked);
    expect(await count('push_devices where user_id = $1', first.userId)).toBe(1);
    expect(
      await count(`express_notifications where tracking_no = $1 and aud = 'user'`, first.trackingNo),
    ).toBe(0);
    expect(
      await count(`express_notifications where tracking_no = $1 and aud = 'user'`, second.trackingNo),
    ).toBe(1);
    const { id } = await erase({ kind: 'waybill', id: second.trackingNo, carrier: '圆通速递' });
    expect(await inTransaction(lab.db.pool, (db) => findErasure(db, id))).toMatchObject({ parcels: 1 });
    expect(
      await count(`express_notifications where tracking_no = $1 and aud = 'user'`, second.trackingNo),
    ).toBe(0);
    // A number that nobody has heard of is forgotten as well as any.
    expect((await erase({ kind: 'waybill', id: 'NEVERSEEN1' })).erased).toEqual({});
  });
});

test('an account that the shop deletes is erased by its trigger, found by the next sweep', async () => {
  const { pool } = lab.db;
  const user = randomUUID();
  await pool.query(`
    create schema auth; create table auth.users (id uuid primary key);
    create function public.erase_account() returns trigger language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
      begin perform waybell.request_erasure(old.id::text); return old; end $$;
    create trigger erase_account after delete on auth.users for each row execute function public.erase_account();
    insert into auth.users values ('${user}'); delete from auth.users;`);
  const { rows } = await pool.query<{ id: string }>(
    `select id from waybell.erasures where requested_by = 'database'`,
  );
  const id = rows[0]?.id ?? '';
  const { client, taskQueue } = lab.temporal;
  await lab.withWorker(() =>
    client.workflow.execute(SWEEP_WORKFLOW, { workflowId: `sweep/${taskQueue}/${id}`, taskQueue }),
  );
  const handle = client.workflow.getHandle(erasureWorkflowId(id));
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.terminate();
});

test('an erasure that is killed in its middle goes on, and counts each row once', async () => {
  const parcel = await lab.parcel();
  await lab.withWorker(() => deliver(telling(parcel), parcel));
  const id = await inTransaction(lab.db.pool, (db) =>
    insertErasure(db, { kind: 'order', id: parcel.orderId }, 'desk'),
  );
  const { client, taskQueue } = lab.temporal;
  let killed = 0;
  const { erased } = await lab.withWorker(
    () =>
      client.workflow.execute<(input: object) => Promise<EraseResult>>(ERASE_WORKFLOW, {
        ...{ workflowId: erasureWorkflowId(id), taskQueue, args: [{ erasureId: id, pauseMs: 1 }] },
      }),
    undefined,
    {
      deliveries: {
        ...lab.deps.deliveries,
        eraseHistories: (histories) => {
          if ((killed += 1) === 1) throw new Error('killed');
          return lab.deps.deliveries.eraseHistories(histories);
        },
      },
    },
  );
  expect(erased).toMatchObject({ notifications: 1, scans: 2, deliveries: 1 });
});

test('rows that a trigger of the shop keeps are named, and the erasure does not turn in a circle', async () => {
  const parcel = await lab.parcel();
  await lab.db.pool.query(`
    create function keep() returns trigger language plpgsql as 'begin return null; end';
    create trigger keep before delete on push_devices for each row execute function keep();`);
  try {
    await expect(
      inTransaction(lab.db.pool, (db) => eraseDevices(db, lab.deps.shopTables, parcel.userId)),
    ).rejects.toThrow('a trigger of the shop keeps its rows');
  } finally {
    await lab.db.pool.query('drop trigger keep on push_devices; drop function keep();');
  }
});

test('a phone that somebody else had before keeps what was pushed to that one', async () => {
  const [before, now] = [await lab.parcel(), await lab.parcel({ user: 0, merchant: 1 })];
  await lab.withWorker(async () => {
    await (await lab.start(before, 'delivered', 2)).result();
  });
  const { pool } = lab.db;
  await pool.query('update push_devices set user_id = $2 where user_id = $1', [before.userId, now.userId]);
  await inTransaction(pool, (db) => eraseDevices(db, lab.deps.shopTables, now.userId));
  expect(await count('push_devices where user_id = $1', now.userId)).toBe(0);
  expect(
    await count(
      `waybell.express_pushes p join express_notifications n using (message_id)
        where n.recipient_id = $1`,
      before.userId,
    ),
  ).toBe(1);
});
