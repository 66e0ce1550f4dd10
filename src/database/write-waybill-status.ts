import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import type { ShipmentStatus } from '../shipment/status';
import type { Queryable } from './pool';

/** Writes the current status of a waybill into the shop's column. */
export async function writeWaybillStatus(
  db: Queryable,
  { waybills }: ShopTables,
  waybillId: string,
  status: ShipmentStatus,
): Promise<void> {
  const column = escapeIdentifier(waybills.status);
  await db.query(
    `update ${escapeIdentifier(waybills.schema)}.${escapeIdentifier(waybills.table)}
        set ${column} = $2
      where ${escapeIdentifier(waybills.id)} = $1 and ${column} is distinct from $2`,
    [waybillId, status],
  );
}
