import { setTimeout as delay } from 'node:timers/promises';
import { findUnderNumber } from '../database/near-waybills';
import { inTransaction, STATEMENT_TIMEOUT_MS } from '../database/pool';
import { hasOrder, rowOfCarrier } from '../shipment/choose-waybill';
import type { ShipmentUpdate } from '../shipment/update';
import type { KnownParcel } from '../sources/source';
import type { ApiDependencies } from './dependencies';

/** Longer than any single look takes; milliseconds. */
const LOOK_MS = 2_000;

/**
 * Whether the shop has the waybill of an update, and its order. One look without a lock, which may come before or after
 * what the delivery itself writes; an order is never of its making.
 * @param waitMs how long somebody waits at most; milliseconds
 * @returns `null` where PostgreSQL does not tell in time
 */
export async function lookUpParcel(
  { pool, config, log }: Pick<ApiDependencies, 'pool' | 'config' | 'log'>,
  { carrier, trackingNo }: ShipmentUpdate,
  waitMs: number,
): Promise<KnownParcel | null> {
  const lookMs = Math.min(waitMs, LOOK_MS);
  const over = new AbortController();
  const look = inTransaction(
    pool,
    (db) => findUnderNumber(db, config.shopTables, trackingNo),
    STATEMENT_TIMEOUT_MS,
    performance.now() + lookMs,
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
  const late = delay(lookMs, null, { signal: over.signal }).catch(() => null);
  return Promise.race([look, late]).finally(() => over.abort());
}
