import type { ShopTables } from '../config/config';
import type { ShipmentStatus } from '../shipment/status';
import type { Queryable } from './pool';
import { ORDER_FUNCTION, readOrders } from './schema/order-access';
import { shopNames } from './shop-names';

/** A row of the shop's waybill table. Ids as text, whatever type the shop gave them. */
export interface Waybill {
  readonly id: string;
  readonly carrier: string | null;
  readonly tracking_no: string;
  readonly order_id: string | null;
  readonly status: string | null;
}

/** Which waybill is meant, in canonical spelling. */
export interface WaybillName {
  readonly carrier: string;
  readonly trackingNo: string;
  /** The carrier under which its source told it before it corrected itself. */
  readonly formerCarrier?: string;
}

/**
 * Finds or adds the row of a waybill and holds it until the transaction ends. A waybill whose carrier was
 * corrected stays the row that it was; one that exists under both names gets the order of the former.
 */
export async function findOrAddWaybill(
  db: Queryable,
  tables: ShopTables,
  name: WaybillName,
): Promise<Waybill> {
  const { carrier, trackingNo, formerCarrier } = name;
  // Always in the same order: two corrections in opposite directions must not wait for each other.
  for (const each of [carrier, formerCarrier ?? carrier].sort()) await lockWaybill(db, each, trackingNo);

  const own = await findCorrected(db, tables, carrier, trackingNo);
  const former =
    formerCarrier === undefined ? undefined : await findCorrected(db, tables, formerCarrier, trackingNo);
  if (own) {
    const inherits = own.order_id === null && former?.order_id;
    return inherits ? linkWaybill(db, tables, own.id, inherits) : own;
  }
  if (former) {
    await insertCorrection(db, carrier, trackingNo, former.id);
    return former;
  }
  return insertWaybill(db, tables, carrier, trackingNo);
}

/** Links a waybill to an order and returns the row as written. */
export async function linkWaybill(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
  orderId: string,
): Promise<Waybill> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<Waybill>(
    `update ${waybills.name}
        set ${waybills.orderId} = $2
      where ${waybills.id} = $1
     returning ${waybillColumns(tables)}`,
    [waybillId, orderId],
  );
  return rows[0] as Waybill;
}

/** Writes the current status of a waybill into the shop's column. */
export async function writeWaybillStatus(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
  status: ShipmentStatus,
): Promise<void> {
  const { waybills } = shopNames(tables);
  await db.query(
    `update ${waybills.name}
        set ${waybills.status} = $2
      where ${waybills.id} = $1 and ${waybills.status} is distinct from $2`,
    [waybillId, status],
  );
}

/** Whether the shop has this order. Throws 22P02 or 22003 when the id does not fit the table's column. */
export function orderExists(db: Queryable, tables: ShopTables, orderId: string): Promise<boolean> {
  const { orders } = shopNames(tables);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<{ found: boolean }>(
      access === 'function'
        ? `select exists (select from ${ORDER_FUNCTION}($1)) as found`
        : `select exists (
             select from ${orders.name}
              where ${orders.id} = $1) as found`,
      [orderId],
    );
    return rows[0]?.found ?? false;
  });
}

/**
 * Serialises everything that finds or creates one waybill, until the transaction ends. An advisory lock,
 * because the row may not exist yet and the shop's table need not be unique over carrier and number.
 */
async function lockWaybill(db: Queryable, carrier: string, trackingNo: string): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `waybell:${carrier}/${trackingNo}`,
  ]);
}

/** The row under this name, else the one that a correction has led this name to. */
async function findCorrected(
  db: Queryable,
  tables: ShopTables,
  carrier: string,
  trackingNo: string,
): Promise<Waybill | undefined> {
  const exact = await findWaybillForUpdate(db, tables, carrier, trackingNo);
  if (exact) return exact;
  const corrected = await selectCorrectedWaybill(db, carrier, trackingNo);
  return corrected === null ? undefined : findWaybillById(db, tables, corrected);
}

/**
 * Finds a waybill by its canonical carrier and number and locks the row. Shops write numbers in either case
 * and may leave the carrier empty; the exact carrier goes first, then a row that has an order. Without a carrier,
 * a row of any carrier is taken.
 * Call `lockWaybill` first when the row may have to be inserted.
 */
async function findWaybillForUpdate(
  db: Queryable,
  tables: ShopTables,
  carrier: string | null,
  trackingNo: string,
): Promise<Waybill | undefined> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<Waybill>(
    `select ${waybillColumns(tables)}
       from ${waybills.name}
      where ${waybills.trackingNo} = any ($1)
        and ($2::text is null or lower(${waybills.carrier}) = $2 or ${waybills.carrier} is null)
      order by ${waybills.carrier} is null, ${waybills.orderId} is null, ${waybills.id}
      limit 1
        for update`,
    [[trackingNo, trackingNo.toLowerCase()], carrier],
  );
  return rows[0];
}

/** Finds a waybill by its id and locks the row. */
async function findWaybillById(db: Queryable, tables: ShopTables, id: string): Promise<Waybill | undefined> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<Waybill>(
    `select ${waybillColumns(tables)}
       from ${waybills.name}
      where ${waybills.id} = $1
        for update`,
    [id],
  );
  return rows[0];
}

/**
 * Adds a waybill that nobody knew yet, without an order. Where the shop's table is unique over the number alone,
 * the row of that number is meant, whatever its carrier is called there.
 */
async function insertWaybill(
  db: Queryable,
  tables: ShopTables,
  carrier: string,
  trackingNo: string,
): Promise<Waybill> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<Waybill>(
    `insert into ${waybills.name}
       (${waybills.carrier}, ${waybills.trackingNo})
     values ($1, $2)
     on conflict do nothing
     returning ${waybillColumns(tables)}`,
    [carrier, trackingNo],
  );
  const waybill = rows[0] ?? (await findWaybillForUpdate(db, tables, null, trackingNo));
  if (!waybill) throw new Error(`the shop’s table refuses the waybill ${carrier} ${trackingNo}`);
  return waybill;
}

/** The waybill that was told under another carrier before its source corrected itself. */
async function selectCorrectedWaybill(
  db: Queryable,
  carrier: string,
  trackingNo: string,
): Promise<string | null> {
  const { rows } = await db.query<{ waybill_id: string }>(
    'select waybill_id from waybell.carrier_corrections where carrier = $1 and tracking_no = $2',
    [carrier, trackingNo],
  );
  return rows[0]?.waybill_id ?? null;
}

async function insertCorrection(
  db: Queryable,
  carrier: string,
  trackingNo: string,
  waybillId: string,
): Promise<void> {
  await db.query(
    `insert into waybell.carrier_corrections (carrier, tracking_no, waybill_id) values ($1, $2, $3)
     on conflict (carrier, tracking_no) do nothing`,
    [carrier, trackingNo, waybillId],
  );
}

/** The columns of a `Waybill`, under the names that the shop gave them. */
function waybillColumns(tables: ShopTables): string {
  const { waybills } = shopNames(tables);
  return [
    `${waybills.id}::text as id`,
    `${waybills.carrier} as carrier`,
    `${waybills.trackingNo} as tracking_no`,
    `${waybills.orderId}::text as order_id`,
    `${waybills.status}::text as status`,
  ].join(', ');
}
