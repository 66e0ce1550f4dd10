import { describe, expect, test } from '@jest/globals';
import { createActivities } from '../../src/activities';
import { loadConfig } from '../../src/config/config';
import { checkShop } from '../../src/database/schema/check-shop';
import { linkWaybill, findOrderId } from '../../src/database/waybills';
import { eventually, useLab } from '../setup/delivery-lab';

/** The seed's two tables under other names, in another schema. */
const RENAME = `
  create schema shop;
  alter table platform_express_waybills disable trigger user;
  alter table platform_express_waybills set schema shop;
  alter table shop.platform_express_waybills rename to waybills;
  alter table shop.waybills rename id to waybill_uuid;
  alter table shop.waybills rename carrier to company;
  alter table shop.waybills rename tracking_no to waybill_no;
  alter table shop.waybills rename order_id to order_uuid;
  alter table shop.waybills rename status to state;
  alter table ml_orders set schema shop;
  alter table shop.ml_orders rename to orders;
  alter table shop.orders rename id to order_uuid;
  alter table shop.orders rename user_id to buyer;
  alter table shop.orders rename merchant_id to "Seller";
`;

const { shopTables } = loadConfig({
  SHOP_TABLES: JSON.stringify({
    waybills: {
      schema: 'shop',
      table: 'waybills',
      id: 'waybill_uuid',
      carrier: 'company',
      trackingNo: 'waybill_no',
      orderId: 'order_uuid',
      status: 'state',
    },
    orders: { schema: 'shop', table: 'orders', id: 'order_uuid', userId: 'buyer', merchantId: 'Seller' },
  }),
});

describe('a shop whose tables have other names', () => {
  const lab = useLab('seed');

  test('is told which names are wrong, then delivers under the mapped ones', async () => {
    const parcel = await lab.parcel();
    const waiting = await lab.parcel({}, false);
    const { pool } = lab.db;
    await pool.query(RENAME);
    expect((await checkShop(pool, loadConfig({}))).problems).toEqual([
      'The shop’s table public.ml_orders does not exist; SHOP_TABLES says where it is.',
      'The shop’s table public.platform_express_waybills does not exist; SHOP_TABLES says where it is.',
    ]);
    expect(await checkShop(pool, { shopTables, allowedTriggers: [] })).toEqual({
      problems: [],
      warnings: [],
      mends: [],
    });

    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        expect(await handle.result()).toMatchObject({ outcome: 'success' });

        const unlinked = await lab.start(waiting, 'picked_up', 1);
        const waits = await eventually(async () => {
          const found = await pool.query<{ waybill_id: string }>(
            `select waybill_id from waybell.express_waits where workflow_id = $1`,
            [unlinked.workflowId],
          );
          return found.rows[0];
        });
        expect(await findOrderId(pool, shopTables, waiting.orderId)).toBe(waiting.orderId);
        await linkWaybill(pool, shopTables, waits.waybill_id, waiting.orderId);
        await lab.temporal.client.workflow.execute('SweepWaits', {
          taskQueue: lab.temporal.taskQueue,
          workflowId: `sweep-${waiting.trackingNo}`,
        });
        expect(await unlinked.result()).toMatchObject({ outcome: 'success' });
      },
      () => createActivities({ ...lab.deps, shopTables }),
    );
    const { rows } = await pool.query(
      `select state from shop.waybills where waybill_no = any ($1) order by state`,
      [[parcel.trackingNo, waiting.trackingNo]],
    );
    expect(rows).toEqual([{ state: 'delivered' }, { state: 'picked_up' }]);
  });
});
