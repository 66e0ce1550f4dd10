import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import { type Waybill, waybillColumns, waybillTable } from './waybills';
import type { Queryable } from './pool';

/** Links a waybill to an order and returns the row as written. */
export async function linkWaybill(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
  orderId: string,
): Promise<Waybill> {
  const { waybills } = tables;
  const { rows } = await db.query<Waybill>(
    `update ${waybillTable(tables)}
        set ${escapeIdentifier(waybills.orderId)} = $2
      where ${escapeIdentifier(waybills.id)} = $1
     returning ${waybillColumns(tables)}`,
    [waybillId, orderId],
  );
  return rows[0] as Waybill;
}
