import type { ShopTables } from '../config/config';
import type { Recipients } from '../shipment/delivery';
import { ORDER_FUNCTION, type OrderAccess, readOrders } from './schema/order-access';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/** Class 22: the shop's id column cannot hold what the waybill names, for example text in a uuid column. */
const INVALID_TEXT_REPRESENTATION = '22P02';

/** Finds the order of a waybill and the people it names. `null` when there is no order yet. */
export async function findRecipients(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
): Promise<Recipients | null> {
  const { waybills } = shopNames(tables);
  const linked = await db.query<{ order_id: string | null }>(
    `select ${waybills.orderId}::text as order_id
       from ${waybills.name}
      where ${waybills.id} = $1`,
    [waybillId],
  );
  const orderId = linked.rows[0]?.order_id;
  if (orderId == null || orderId === '') return null;
  const people = await readOrders(db, tables, (access) => findPeople(db, tables, access, orderId));
  return people ? { orderId, userId: people.user_id, merchantId: people.merchant_id } : null;
}

interface People {
  readonly user_id: string | null;
  readonly merchant_id: string | null;
}

async function findPeople(
  db: Queryable,
  tables: ShopTables,
  access: OrderAccess,
  orderId: string,
): Promise<People | undefined> {
  const { orders } = shopNames(tables);
  const { rows } = await db.query<People>(
    access === 'function'
      ? `select user_id, merchant_id from ${ORDER_FUNCTION}($1)`
      : `select ${orders.userId}::text as user_id,
                ${orders.merchantId}::text as merchant_id
           from ${orders.name}
          where ${orders.id} = $1`,
    [orderId],
  );
  return rows[0];
}

/** True for the error that an id of the wrong shape gives. */
export function isMalformedId(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === INVALID_TEXT_REPRESENTATION;
}
