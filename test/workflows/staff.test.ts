import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import { findAwaitedStaff, findStaff, MOST_MEMBERS } from '../../src/database/members';
import { inTransaction } from '../../src/database/pool';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { eventually, type DeliveryHandle, type Parcel, useLab } from '../setup/delivery-lab';
import { DATABASE_KINDS } from '../setup/run-info';

/** Who belongs to a merchant, by a table on the one database and by a function on the other. */
const MAPPED = {
  seed: { table: 'shop_staff' },
  embedded: { function: 'staff_of' },
} as const;

/** The function that reads the table; others have the same name. */
const staffOf = (body: string): string =>
  `create or replace function staff_of(merchant text) returns setof text language plpgsql stable as $$ begin ${body} end $$`;
const READS = staffOf(
  'return query select user_id::text from shop_staff where merchant_id::text = merchant;',
);
const FAILS = staffOf(`raise exception 'the staff is at lunch';`);
const HANGS = staffOf('perform pg_sleep(30);');

describe.each(DATABASE_KINDS)('a merchant with several people (%s database)', (kind) => {
  const lab = useLab(kind);
  const query = (sql: string, values: unknown[] = []): Promise<unknown> => lab.db.pool.query(sql, values);
  const idType = kind === 'seed' ? 'uuid' : 'text';
  const prepare = async (): Promise<void> => {
    await query(`create table if not exists shop_staff (merchant_id ${idType}, user_id ${idType})`);
    await query(`create index if not exists shop_staff_merchant on shop_staff (merchant_id)`);
    await query(READS);
  };
  const tablesOf = (members: object) => loadConfig({ SHOP_TABLES: JSON.stringify({ members }) }).shopTables;
  const personId = (): string => (kind === 'seed' ? randomUUID() : `u-${randomUUID()}`);
  const joins = async ({ merchantId }: Parcel, userId = personId()): Promise<string> => {
    await query('insert into shop_staff values ($1, $2)', [merchantId, userId]);
    return userId;
  };
  const leaves = (userId: string): Promise<unknown> =>
    query('delete from shop_staff where user_id = $1', [userId]);
  const attentionOf = async (handle: DeliveryHandle): Promise<string[] | undefined> =>
    (await handle.describe()).typedSearchAttributes.get(ATTENTION);
  const waitsFor = (handle: DeliveryHandle, need: string): Promise<boolean> =>
    eventually(async () => String(await attentionOf(handle)) === need);
  const times = (...cids: string[]): number[] => cids.map((cid) => lab.cloud.countFor(cid));
  const sweep = (): Promise<unknown> =>
    lab.temporal.client.workflow.execute('SweepWaits', {
      taskQueue: lab.temporal.taskQueue,
      workflowId: `sweep-${randomUUID()}`,
    });

  test('each phone of its people now and of its own hears once, and nobody who has left', async () => {
    await prepare();
    const parcel = await lab.parcel();
    const [buyer = '', own = ''] = parcel.cids;
    const [one, two, gone] = [await joins(parcel), await joins(parcel), personId()];
    await joins(parcel, parcel.userId);
    const phones = [
      await lab.registerDevice({ userId: one }),
      await lab.registerDevice({ userId: one }),
      // One phone by both ways.
      await lab.registerDevice({ userId: two, merchantId: parcel.merchantId }),
    ];
    const former = await lab.registerDevice({ userId: gone, merchantId: parcel.merchantId });
    // The same cid in another app is another device, where the old system's key on it is gone.
    const apps = kind === 'seed' ? ['staff'] : ['default', 'staff'];
    const inApps = `cid-${randomUUID()}`;
    await query(
      'insert into push_devices (appid, cid, user_id) select appid, $2, $3 from unnest($1::text[]) appid',
      [apps, inApps, one],
    );
    const shopTables = tablesOf(MAPPED[kind]);
    await lab.withWorker(
      async () => {
        const told = await (await lab.start(parcel, 'out_for_delivery', 1)).result();
        expect(told).toMatchObject({
          outcome: 'success',
          audiences: [{ accepted: 1 }, { audience: 'merchant', accepted: 5 + apps.length }],
        });
        // The buyer, who belongs to the merchant, hears both.
        expect(times(buyer, own, ...phones, former)).toEqual([2, 1, 1, 1, 1, 0]);

        const requests = lab.cloud.requests.filter(({ push_clientid: cid }) => cid === inApps);
        expect(requests.map(({ appid }) => appid).sort()).toEqual(apps);

        // Whoever leaves has heard the last of it, and goes on as a buyer.
        await leaves(two);
        const bought = await lab.parcel({ user: 0, merchant: 0 });
        await query('update ml_orders set user_id = $2, merchant_id = $3 where id = $1', [
          ...[bought.orderId, two, parcel.merchantId],
        ]);
        const next = await (await lab.start(bought, 'delivered', 1)).result();
        expect(next).toMatchObject({ audiences: [{ accepted: 1 }, { accepted: 4 + apps.length }] });
        expect(times(own, ...phones, former)).toEqual([2, 2, 2, 2, 0]);
      },
      undefined,
      { shopTables },
    );
  });

  test('whoever leaves between the look and the push hears nothing, and nobody is waited for', async () => {
    await prepare();
    const parcel = await lab.parcel();
    const person = await joins(parcel);
    const phone = await lab.registerDevice({ userId: person });
    const result = await lab.withWorker(
      async () => (await lab.start(parcel, 'delivered', 1)).result(),
      (activities) => ({
        ...activities,
        pushToDevice: async (input) => {
          await leaves(person);
          return activities.pushToDevice(input);
        },
      }),
      { shopTables: tablesOf(MAPPED[kind]) },
    );
    expect(result).toMatchObject({ outcome: 'success', audiences: [{ accepted: 1 }, { accepted: 1 }] });
    expect(times(phone)).toEqual([0]);
    const { rows } = await lab.db.pool.query<{ code: string }>(
      `select code from waybell.express_pushes where state = 'moved'`,
    );
    expect(rows).toEqual([{ code: 'not_a_member' }]);
  });

  test('a delivery that waits for a phone of the merchant goes on with that of one of its people', async () => {
    await prepare();
    const parcel = await lab.parcel({ merchant: 0 });
    const person = await joins(parcel);
    // It names the merchant, and its person does not belong there: no sweep takes it for one.
    const former = await lab.registerDevice({ userId: personId(), merchantId: parcel.merchantId });
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        await waitsFor(handle, 'no-targets');
        await sweep();
        expect(await attentionOf(handle)).toEqual(['no-targets']);
        const phone = await lab.registerDevice({ userId: person });
        await sweep();
        expect(await handle.result()).toMatchObject({ outcome: 'success' });
        expect(times(phone, former)).toEqual([1, 0]);
      },
      undefined,
      { shopTables: tablesOf(MAPPED[kind]) },
    );
  });

  test.each([
    ['fails', FAILS],
    ['hangs', HANGS],
  ])(
    'a function that %s keeps nothing from the others, and its people hear once it works',
    async (_, bad) => {
      await prepare();
      const parcel = await lab.parcel();
      const [buyer = '', own = ''] = parcel.cids;
      const phone = await lab.registerDevice({ userId: await joins(parcel) });
      const named: string[] = [];
      await query(bad);
      await lab.withWorker(
        async () => {
          const handle = await lab.start(parcel, 'delivered', 1);
          await waitsFor(handle, 'members-unknown');
          expect(times(buyer, own, phone)).toEqual([1, 1, 0]);
          expect(named).toContain('members');
          // A sweep over a function like that wakes whom it can.
          await sweep();
          await query(READS);
          // It looks again by itself in half a minute.
          await handle.signal('deviceRegistered');
          expect(await handle.result()).toMatchObject({
            outcome: 'success',
            audiences: [{ accepted: 1 }, { accepted: 2 }],
          });
          expect(times(buyer, own, phone)).toEqual([1, 1, 1]);
        },
        undefined,
        {
          shopTables: tablesOf({ function: 'staff_of' }),
          countUnread: (setting) => void named.push(setting),
        },
      );
    },
  );

  test('a merchant whose people cannot be found keeps those of the others from nothing', async () => {
    await prepare();
    const parcels = [await lab.parcel(), await lab.parcel(), await lab.parcel()];
    const phones: string[] = [];
    for (const parcel of parcels) phones.push(await lab.registerDevice({ userId: await joins(parcel) }));
    const [bad] = parcels;
    await query(
      staffOf(`if merchant = '${bad?.merchantId}' then raise exception 'closed'; end if;
               return query select user_id::text from shop_staff where merchant_id::text = merchant;`),
    );
    const merchants = parcels.map(({ merchantId }) => merchantId);
    await query(
      `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
       select 'waits-of-' || one, 'device', 'merchant', one, one, now() + interval '1 day' from unnest($1::text[]) one`,
      [merchants],
    );
    const { phones: found, unknown } = await inTransaction(lab.db.pool, (db) =>
      findAwaitedStaff(db, tablesOf({ function: 'staff_of' })),
    );
    await query(`delete from waybell.express_waits where owner_id = any ($1)`, [merchants]);
    expect(found.map(({ merchantId }) => merchantId).sort()).toEqual(merchants.slice(1).sort());
    expect(unknown?.words).toBe('closed');
  });

  test('a push whose person cannot be looked up waits, and is tried again', async () => {
    await prepare();
    const parcel = await lab.parcel({ merchant: 0 });
    const phone = await lab.registerDevice({ userId: await joins(parcel) });
    let tries = 0;
    const shopTables = tablesOf({ function: 'staff_of' });
    const result = await lab.withWorker(
      async () => (await lab.start(parcel, 'delivered', 1)).result(),
      (activities) => ({
        ...activities,
        pushToDevice: async (input) => {
          if (input.device.audience === 'merchant') await query((tries += 1) === 1 ? FAILS : READS);
          return activities.pushToDevice(input);
        },
      }),
      { shopTables },
    );
    expect(result).toMatchObject({ outcome: 'success' });
    // The near one fails, the first far one waits as long as that said, the next one asks again.
    expect([tries, ...times(phone)]).toEqual([3, 1]);
  });

  test('an environment that tells few tells those of its people who are among them', async () => {
    await prepare();
    const parcel = await lab.parcel();
    const [one, two] = [await joins(parcel), await joins(parcel)];
    const phones = [await lab.registerDevice({ userId: one }), await lab.registerDevice({ userId: two })];
    const result = await lab.withWorker(
      async () => (await lab.start(parcel, 'delivered', 1)).result(),
      undefined,
      { shopTables: tablesOf(MAPPED[kind]), pushOnlyTo: [one] },
    );
    expect(result).toMatchObject({ audiences: [{ reason: 'not-in-this-environment' }, { accepted: 1 }] });
    expect(times(...parcel.cids, ...phones)).toEqual([0, 0, 1, 0]);
  });

  test('more people than a merchant has are cut off', async () => {
    await prepare();
    const parcel = await lab.parcel({ user: 0, merchant: 0 });
    const person = kind === 'seed' ? 'gen_random_uuid()' : 'n::text';
    await query(
      `insert into shop_staff select $1, ${person} from generate_series(1, ${MOST_MEMBERS + 1}) n`,
      [parcel.merchantId],
    );
    const found = await inTransaction(lab.db.pool, (db) =>
      findStaff(db, tablesOf(MAPPED[kind]), 'merchant', parcel.merchantId),
    );
    expect(found).toMatchObject({ kind: 'known', value: { isCut: true } });
  });
});
