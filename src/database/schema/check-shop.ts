import type { ShopTables } from '../../config/config';
import { findFeedingTriggers } from '../feeding-triggers';
import { NOTIFICATION_INSERT_COLUMNS } from '../insert-notification';
import { findMissingColumns } from '../missing-columns';
import type { Queryable } from '../pool';
import { detectOrderAccess, isOrderFunctionCurrent, ORDER_FUNCTION } from './order-access';
import { findRefusedWords } from './refused-words';
import { findTableAccessProblems, type AccessProblem, type WantedAccess } from './access';
import { findUnfilledColumns } from '../unfilled-columns';
import { DEVICE_FILLED_COLUMNS } from '../devices';

const NOTIFICATIONS = { schema: 'public', table: 'express_notifications' };
const DEVICES = { schema: 'public', table: 'push_devices' };

/** What Waybell does with tables of its own making; in a shop's database they may have another owner. */
const OUR_TABLES: readonly WantedAccess[] = [
  { ...NOTIFICATIONS, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { ...DEVICES, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'platform_express_events', privileges: ['SELECT', 'INSERT'] },
  { schema: 'waybell', table: 'express_updates', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'express_waits', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'express_pushes', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'webhooks', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'journals', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'sweeps', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'bulk_retries', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'queue_imports', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'carrier_corrections', privileges: ['SELECT', 'INSERT'] },
  { schema: 'waybell', table: 'push_circuits', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'held_deactivations', privileges: ['SELECT', 'INSERT', 'DELETE'] },
  { schema: 'waybell', table: 'migrations', privileges: ['SELECT'] },
];

const STALE_FUNCTION = `${ORDER_FUNCTION} reads other tables or columns than SHOP_TABLES names: run "waybell migrate --worker ROLE" again.`;

export interface ShopCheck {
  readonly shopTables: ShopTables;
  /** Triggers, as `table.trigger`, that may keep feeding the old queue. */
  readonly allowedTriggers: readonly string[];
}

/** One sentence for everything that was found. */
export interface ShopReport {
  /** What would go wrong with every delivery, silently or not. */
  readonly problems: readonly string[];
  /** What goes wrong with some, and is seen when it does. */
  readonly warnings: readonly string[];
}

/** Looks at a migrated database of a shop before anything is done with it. */
export async function checkShop(db: Queryable, check: ShopCheck): Promise<ShopReport> {
  const tables = await checkShopTables(db, check);
  // A table that is not there is said once, and clearly.
  if (tables.missing.length > 0) return { problems: tables.missing, warnings: [] };
  const access = await findAccessProblems(db, check.shopTables);
  return {
    problems: [...access.map(({ sentence }) => sentence), ...tables.problems],
    warnings: tables.warnings,
  };
}

/** The part of the look that a grant, a policy or a switch can change at any time. */
export async function findAccessProblems(db: Queryable, shopTables: ShopTables): Promise<AccessProblem[]> {
  const { orders, waybills } = shopTables;
  const lent = (await detectOrderAccess(db, shopTables)) === 'function';
  const stale = lent && !(await isOrderFunctionCurrent(db, shopTables));
  const problems = await findTableAccessProblems(db, [
    ...(lent ? [] : [{ schema: orders.schema, table: orders.table, privileges: ['SELECT'] as const }]),
    { schema: waybills.schema, table: waybills.table, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
    ...OUR_TABLES,
  ]);
  return stale ? [{ kind: 'hidden', sentence: STALE_FUNCTION }, ...problems] : problems;
}

/** The part of the look that makes sense before the migration too. */
export async function checkShopTables(
  db: Queryable,
  { shopTables, allowedTriggers }: ShopCheck,
): Promise<ShopReport & { readonly missing: readonly string[] }> {
  const { waybills } = shopTables;
  const ours = await findUnfilledColumns(db, [
    { ...NOTIFICATIONS, columns: NOTIFICATION_INSERT_COLUMNS },
    { ...DEVICES, columns: DEVICE_FILLED_COLUMNS },
  ]);
  const shops = await findUnfilledColumns(db, [
    { ...waybills, columns: [waybills.carrier, waybills.trackingNo] },
  ]);
  return {
    missing: await findMissingColumns(db, shopTables),
    problems: [
      ...ours.map(
        (column) =>
          `${column} must not be null, and Waybell may not fill it (error 23502): give it a default.`,
      ),
      ...(await findRefusedWords(db, waybills)),
      ...(await findQueueFeeders(db, { shopTables, allowedTriggers })),
    ],
    warnings: shops.map(
      (column) =>
        `${column} must not be null and has no default: a webhook about a waybill that the shop has not stored waits until it is (error 23502).`,
    ),
  };
}

/** Triggers by which people would get every push twice. */
export function findQueueFeeders(
  db: Queryable,
  { shopTables, allowedTriggers }: ShopCheck,
): Promise<string[]> {
  return findFeedingTriggers(db, [shopTables.waybills, NOTIFICATIONS, DEVICES], allowedTriggers);
}
