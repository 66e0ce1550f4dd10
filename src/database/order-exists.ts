import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import { ORDER_FUNCTION, readOrders } from './schema/order-access';
import type { Queryable } from './pool';

/** Whether the shop has this order. Throws 22P02 or 22003 when the id does not fit the table's column. */
export function orderExists(db: Queryable, tables: ShopTables, orderId: string): Promise<boolean> {
  const { orders } = tables;
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<{ found: boolean }>(
      access === 'function'
        ? `select exists (select from ${ORDER_FUNCTION}($1)) as found`
        : `select exists (
             select from ${escapeIdentifier(orders.schema)}.${escapeIdentifier(orders.table)}
              where ${escapeIdentifier(orders.id)} = $1) as found`,
      [orderId],
    );
    return rows[0]?.found ?? false;
  });
}
