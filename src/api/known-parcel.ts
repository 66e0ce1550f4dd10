import { setTimeout as delay } from 'node:timers/promises';
import { findUnderNumber } from '../database/near-waybills';
import { inTransaction, STATEMENT_TIMEOUT_MS } from '../database/pool';
import { hasOrder, rowOfCarrier } from '../shipment/choose-waybill';
import type { ShipmentUpdate } from '../shipment/update';
import type { KnownParcel } from '../sources/source';
import type { ApiDependencies } from './dependencies';

/**
 * Whether the shop has the waybill of an update, and its order. One look without a lock, which may come before or after
 * what the delivery itself writes; an order is never of its making.
 * @param waitMs how long somebody waits for it
 * @returns `null` where PostgreSQL does not tell in time
 */
export async function lookUpParcel(
  { pool, config, log }: Pick<ApiDependencies, 'pool' | 'config' | 'log'>,
  { carrier, trackingNo }: ShipmentUpdate,
  waitMs: number,
): Promise<KnownParcel | null> {
  const over = new AbortController();
  const look = inTransaction(
    pool,
    (db) => findUnderNumber(db, config.shopTables, trackingNo),
    Math.min(waitMs, STATEMENT_TIMEOUT_MS),
    performance.now() + waitMs,
  ).then(
    (rows) => {
      const row = rowOfCarrier(rows, carrier, config.carriers);
      return { waybill: row !== undefined, order: row !== undefined && hasOrder(row) };
    },
    (error: unknown) => {
      log.debug({ err: error }, 'PostgreSQL does not say whether a parcel is known');
      return null;
    },
  );
  // To be lent a connection takes a time of its own.
  const late = delay(waitMs, null, { signal: over.signal }).catch(() => null);
  return Promise.race([look, late]).finally(() => over.abort());
}
