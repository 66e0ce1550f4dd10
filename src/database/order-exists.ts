import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config';
import type { Queryable } from './pool';

/** Whether the shop has this order. Throws 22P02 or 22003 when the id does not fit the column's type. */
export async function orderExists(db: Queryable, { orders }: ShopTables, orderId: string): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (
       select from ${escapeIdentifier(orders.schema)}.${escapeIdentifier(orders.table)}
        where ${escapeIdentifier(orders.id)} = $1
     ) as found`,
    [orderId],
  );
  return rows[0]?.found ?? false;
}
