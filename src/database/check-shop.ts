import type { ShopTables } from '../config';
import { findFeedingTriggers } from './feeding-triggers';
import { findMissingColumns } from './missing-columns';
import type { Queryable } from './pool';
import { findTableAccessProblems, type WantedAccess } from './table-access';

/** What Waybell does with tables of its own making; in a shop's database they may have another owner. */
const OUR_TABLES: readonly WantedAccess[] = [
  { schema: 'public', table: 'express_notifications', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'public', table: 'push_devices', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
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

/**
 * Looks at a migrated database of a shop before anything is done with it.
 * @returns one sentence for everything that would go wrong, silently or not; empty when all is well.
 */
export async function checkShop(
  db: Queryable,
  { shopTables, allowedTriggers }: ShopCheck,
): Promise<string[]> {
  const missing = await findMissingColumns(db, shopTables);
  // The other checks would only say the same again, less clearly.
  if (missing.length > 0) return missing;
  const { waybills, orders } = shopTables;
  const written: readonly WantedAccess[] = [
    { schema: waybills.schema, table: waybills.table, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
    ...OUR_TABLES,
  ];
  return [
    ...(await findTableAccessProblems(db, [
      { schema: orders.schema, table: orders.table, privileges: ['SELECT'] },
      ...written,
    ])),
    ...(await findFeedingTriggers(db, written, allowedTriggers)),
  ];
}
