import type { Queryable } from './pool';

/**
 * Serialises everything that finds or creates one waybill, until the transaction ends. An advisory lock,
 * because the row may not exist yet and the shop's table need not be unique over carrier and number.
 */
export async function lockWaybill(db: Queryable, carrier: string, trackingNo: string): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `waybell:${carrier}/${trackingNo}`,
  ]);
}
