import type { ShopTables } from '../config/config';
import type { ShipmentStatus } from '../shipment/status';
import type { Queryable } from './pool';
import { BATCH, batch, type Batch } from './retention';
import { shopNames } from './shop-names';

/** A status that a parcel has from now on. */
export interface NewStatus {
  readonly waybillId: string;
  readonly orderId: string | null;
  readonly carrier: string;
  readonly trackingNo: string;
  readonly instance: number;
  readonly status: ShipmentStatus;
  /** When the first scan was made that says so; ISO 8601. */
  readonly scannedAt: string;
}

/**
 * Whether the shop's readers are told: of each status, `always`; of one whose row of the shop holds it already,
 * `when-new` not; of what was erased, `never`.
 */
export type Telling = 'always' | 'when-new' | 'never';

/** Writes the current status of a waybill into the shop's column, and the change for who reads changes. */
export async function writeStatus(
  db: Queryable,
  tables: ShopTables,
  { waybillId, orderId, carrier, trackingNo, instance, status, scannedAt }: NewStatus,
  telling: Telling,
): Promise<void> {
  const { waybills } = shopNames(tables);
  await db.query(
    `with written as (
       update ${waybills.name}
          set ${waybills.status} = $2
        where ${waybills.id} = $1 and ${waybills.status} is distinct from $2
       returning true)
     insert into waybell.status_changes (waybill_id, order_id, carrier, tracking_no, parcel, status, scanned_at)
     select $3::text, $4, $5, $6, $7, $8::text, $9
      where $10::text = 'always' or ($10::text = 'when-new' and exists (select from written))`,
    [waybillId, status, waybillId, orderId, carrier, trackingNo, instance, status, scannedAt, telling],
  );
}

/** A change, as it is told. */
export interface StatusChange {
  readonly position: number;
  readonly id: string;
  readonly waybillId: string;
  readonly orderId: string | null;
  readonly carrier: string;
  readonly trackingNo: string;
  readonly parcel: number;
  readonly status: ShipmentStatus;
  readonly scannedAt: Date;
  readonly writtenAt: Date;
}

/** The changes after a position, in order; none that another may still be written before. */
export async function selectChangesAfter(
  db: Queryable,
  position: number,
  limit: number,
): Promise<StatusChange[]> {
  const { rows } = await db.query<StatusChange>(
    `select c.position::float8 as position, c.id, c.waybill_id as "waybillId", c.order_id as "orderId", c.carrier,
            c.tracking_no as "trackingNo", c.parcel, c.status, c.scanned_at as "scannedAt", c.written_at as "writtenAt"
       from waybell.status_changes_after($1, $2) c`,
    [position, limit],
  );
  return rows;
}

/** Deletes the oldest changes, as far as they are older. */
export async function deleteOldChanges(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.status_changes
      where position = any (array(
        select oldest.position
          from (select c.position, c.written_at from waybell.status_changes c order by c.position limit ${BATCH}) oldest
         where oldest.written_at < now() - $1 * interval '1 day'))`,
    [days],
  );
  return batch(rowCount);
}
