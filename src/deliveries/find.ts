import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { ShopTables } from '../config/config';
import { inTransaction } from '../database/pool';
import { findDeliveries } from '../database/retries';
import { countDeliveries, listDeliveries } from './list';
import { isDeliveryId } from './workflow-id';

/** Thousands of names are looked up; milliseconds. */
const MANY_NAMES_MS = 10_000;
/** The server counts by reading its list; milliseconds. */
const COUNT_BUDGET_MS = 5_000;

/** The deliveries that somebody means. */
export interface FoundDeliveries {
  /** Deliveries; of a query their runs, of which some may be of one delivery. */
  readonly found: number;
  /** All of them; of a query those of its first page. */
  readonly workflowIds: readonly string[];
  /** Names that no delivery has. */
  readonly unknown: readonly string[];
}

/** Finds the deliveries that people name by tracking number (the newest of the parcel), message_id or workflow id. */
export async function findByName(
  { pool, shopTables }: { readonly pool: pg.Pool; readonly shopTables: ShopTables },
  names: readonly string[],
): Promise<FoundDeliveries> {
  const named = await inTransaction(pool, (db) => findDeliveries(db, shopTables, names), MANY_NAMES_MS);
  const known = new Set(named.map(({ word }) => word));
  const others = names.filter((name) => !known.has(name));
  // A delivery that never reached the database: Temporal alone knows it.
  const unwritten = others.filter(isDeliveryId);
  const workflowIds = [...new Set([...named.map(({ workflowId }) => workflowId), ...unwritten])];
  const unknown = others.filter((name) => !isDeliveryId(name));
  return { found: workflowIds.length, workflowIds, unknown };
}

/**
 * Finds the deliveries that a query of Temporal's list finds.
 * @throws {QueryMalformedError} with the words of the server
 */
export function findByQuery(temporal: Client, query: string): Promise<FoundDeliveries> {
  return temporal.withDeadline(Date.now() + COUNT_BUDGET_MS, async () => {
    const found = await countDeliveries(temporal, query);
    const { workflowIds } = await listDeliveries(temporal, query, null);
    return { found, workflowIds: [...new Set(workflowIds)], unknown: [] };
  });
}
