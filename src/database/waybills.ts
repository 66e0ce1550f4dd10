import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import type { Queryable } from './pool';

/** A row of the shop's waybill table. Ids as text, whatever type the shop gave them. */
export interface Waybill {
  readonly id: string;
  readonly carrier: string | null;
  readonly tracking_no: string;
  readonly order_id: string | null;
  readonly status: string | null;
}

/** The columns of a `Waybill`, under the names that the shop gave them. */
export function waybillColumns({ waybills }: ShopTables): string {
  return [
    `${escapeIdentifier(waybills.id)}::text as id`,
    `${escapeIdentifier(waybills.carrier)} as carrier`,
    `${escapeIdentifier(waybills.trackingNo)} as tracking_no`,
    `${escapeIdentifier(waybills.orderId)}::text as order_id`,
    `${escapeIdentifier(waybills.status)}::text as status`,
  ].join(', ');
}

export function waybillTable({ waybills }: ShopTables): string {
  return `${escapeIdentifier(waybills.schema)}.${escapeIdentifier(waybills.table)}`;
}

/**
 * Finds a waybill by its canonical carrier and number and locks the row. Shops write numbers in either case
 * and may leave the carrier empty; the exact carrier goes first, then a row that has an order. Without a carrier,
 * a row of any carrier is taken.
 * Call `lockWaybill` first when the row may have to be inserted.
 */
export async function findWaybillForUpdate(
  db: Queryable,
  tables: ShopTables,
  carrier: string | null,
  trackingNo: string,
): Promise<Waybill | undefined> {
  const { waybills } = tables;
  const carrierColumn = escapeIdentifier(waybills.carrier);
  const { rows } = await db.query<Waybill>(
    `select ${waybillColumns(tables)}
       from ${waybillTable(tables)}
      where ${escapeIdentifier(waybills.trackingNo)} = any ($1)
        and ($2::text is null or lower(${carrierColumn}) = $2 or ${carrierColumn} is null)
      order by ${carrierColumn} is null, ${escapeIdentifier(waybills.orderId)} is null, ${escapeIdentifier(waybills.id)}
      limit 1
        for update`,
    [[trackingNo, trackingNo.toLowerCase()], carrier],
  );
  return rows[0];
}

/** Finds a waybill by its id and locks the row. */
export async function findWaybillById(
  db: Queryable,
  tables: ShopTables,
  id: string,
): Promise<Waybill | undefined> {
  const { rows } = await db.query<Waybill>(
    `select ${waybillColumns(tables)}
       from ${waybillTable(tables)}
      where ${escapeIdentifier(tables.waybills.id)}::text = $1
        for update`,
    [id],
  );
  return rows[0];
}

/**
 * Adds a waybill that nobody knew yet, without an order. Where the shop's table is unique over the number alone,
 * the row of that number is meant, whatever its carrier is called there.
 */
export async function insertWaybill(
  db: Queryable,
  tables: ShopTables,
  carrier: string,
  trackingNo: string,
): Promise<Waybill> {
  const { waybills } = tables;
  const { rows } = await db.query<Waybill>(
    `insert into ${waybillTable(tables)}
       (${escapeIdentifier(waybills.carrier)}, ${escapeIdentifier(waybills.trackingNo)})
     values ($1, $2)
     on conflict do nothing
     returning ${waybillColumns(tables)}`,
    [carrier, trackingNo],
  );
  const waybill = rows[0] ?? (await findWaybillForUpdate(db, tables, null, trackingNo));
  if (!waybill) throw new Error(`the shop’s table refuses the waybill ${carrier} ${trackingNo}`);
  return waybill;
}
