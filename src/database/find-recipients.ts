import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import type { Recipients } from '../shipment/delivery';
import { ORDER_FUNCTION, type OrderAccess, readOrders } from './schema/order-access';
import type { Queryable } from './pool';

/** Class 22: the shop's id column cannot hold what the waybill names, for example text in a uuid column. */
const INVALID_TEXT_REPRESENTATION = '22P02';

/** Finds the order of a waybill and the people it names. `null` when there is no order yet. */
export async function findRecipients(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
): Promise<Recipients | null> {
  const { waybills } = tables;
  const linked = await db.query<{ order_id: string | null }>(
    `select ${escapeIdentifier(waybills.orderId)}::text as order_id
       from ${escapeIdentifier(waybills.schema)}.${escapeIdentifier(waybills.table)}
      where ${escapeIdentifier(waybills.id)} = $1`,
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
  { orders }: ShopTables,
  access: OrderAccess,
  orderId: string,
): Promise<People | undefined> {
  const { rows } = await db.query<People>(
    access === 'function'
      ? `select user_id, merchant_id from ${ORDER_FUNCTION}($1)`
      : `select ${escapeIdentifier(orders.userId)}::text as user_id,
                ${escapeIdentifier(orders.merchantId)}::text as merchant_id
           from ${escapeIdentifier(orders.schema)}.${escapeIdentifier(orders.table)}
          where ${escapeIdentifier(orders.id)} = $1`,
    [orderId],
  );
  return rows[0];
}

/** True for the error that an id of the wrong shape gives. */
export function isMalformedId(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === INVALID_TEXT_REPRESENTATION;
}
