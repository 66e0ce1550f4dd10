import type { ShopTables } from '../config';
import { findFeedingTriggers } from './feeding-triggers';
import { NOTIFICATION_INSERT_COLUMNS } from './insert-notification';
import { findMissingColumns } from './missing-columns';
import type { Queryable } from './pool';
import { findRefusedWords } from './refused-words';
import { findTableAccessProblems, type WantedAccess } from './table-access';
import { findUnfilledColumns } from './unfilled-columns';
import { DEVICE_FILLED_COLUMNS } from './upsert-device';

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
];

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
  const { orders, waybills } = check.shopTables;
  const tables = await checkShopTables(db, check);
  // A table that is not there is said once, and clearly.
  if (tables.missing.length > 0) return { problems: tables.missing, warnings: [] };
  const access = await findTableAccessProblems(db, [
    { schema: orders.schema, table: orders.table, privileges: ['SELECT'] },
    { schema: waybills.schema, table: waybills.table, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
    ...OUR_TABLES,
  ]);
  return { problems: [...access, ...tables.problems], warnings: tables.warnings };
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
      ...(await findFeedingTriggers(db, [waybills, NOTIFICATIONS, DEVICES], allowedTriggers)),
    ],
    warnings: shops.map(
      (column) =>
        `${column} must not be null and has no default: a webhook about a waybill that the shop has not stored waits until it is (error 23502).`,
    ),
  };
}
