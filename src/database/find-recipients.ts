import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config';
import type { Recipients } from '../shipment/delivery';
import type { Queryable } from './pool';

/** Class 22: the shop's id column cannot hold what the waybill names, for example text in a uuid column. */
const INVALID_TEXT_REPRESENTATION = '22P02';

/** Finds the order of a waybill and the people it names. `null` when there is no order yet. */
export async function findRecipients(
  db: Queryable,
  { waybills, orders }: ShopTables,
  waybillId: string,
): Promise<Recipients | null> {
  const linked = await db.query<{ order_id: string | null }>(
    `select ${escapeIdentifier(waybills.orderId)}::text as order_id
       from ${escapeIdentifier(waybills.schema)}.${escapeIdentifier(waybills.table)}
      where ${escapeIdentifier(waybills.id)} = $1`,
    [waybillId],
  );
  const orderId = linked.rows[0]?.order_id;
  if (orderId == null || orderId === '') return null;
  const found = await db.query<{ user_id: string | null; merchant_id: string | null }>(
    `select ${escapeIdentifier(orders.userId)}::text as user_id,
            ${escapeIdentifier(orders.merchantId)}::text as merchant_id
       from ${escapeIdentifier(orders.schema)}.${escapeIdentifier(orders.table)}
      where ${escapeIdentifier(orders.id)} = $1`,
    [orderId],
  );
  const order = found.rows[0];
  return order ? { orderId, userId: order.user_id, merchantId: order.merchant_id } : null;
}

/** True for the error that an id of the wrong shape gives. */
export function isMalformedId(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === INVALID_TEXT_REPRESENTATION;
}
