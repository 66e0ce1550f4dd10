import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import { ORDER_FUNCTION, orderFunctionSql, requireAllOrders } from './schema/order-access';
import type { Queryable } from './pool';

/**
 * The SQL that gives a role of Waybell's own what it needs, and nothing else: no grant on the orders, whose people
 * it asks a function for. It may run again after every migration. Policies are of no use here: with loud row-level
 * security any policy is an error, so on the other tables the role must have BYPASSRLS.
 */
export function workerRoleSql(tables: ShopTables, role: string): string {
  const { waybills } = tables;
  const worker = escapeIdentifier(role);
  const waybillTable = `${escapeIdentifier(waybills.schema)}.${escapeIdentifier(waybills.table)}`;
  return `${orderFunctionSql(tables)}
grant usage on schema waybell, public, ${escapeIdentifier(waybills.schema)} to ${worker};
grant select, insert, update, delete on all tables in schema waybell to ${worker};
revoke insert, update, delete on waybell.migrations from ${worker};
alter default privileges in schema waybell grant select, insert, update, delete on tables to ${worker};
grant select, insert, update on public.express_notifications, public.push_devices, ${waybillTable} to ${worker};
grant execute on function ${ORDER_FUNCTION}(text) to ${worker};
-- At the role, because a pooler in transaction mode loses what a session sets.
alter role ${worker} set row_security = off;`;
}

/** @throws {Error} when there is no such role, or this one cannot lend it the orders. */
export async function requireWorkerRole(db: Queryable, tables: ShopTables, role: string): Promise<void> {
  const { rowCount } = await db.query('select from pg_roles where rolname = $1', [role]);
  if (rowCount === 0) {
    throw new Error(
      `There is no role ${role}. Make it first: create role ${escapeIdentifier(role)} login bypassrls password '…';`,
    );
  }
  await requireAllOrders(db, tables);
}
