import { escapeLiteral } from 'pg';
import type { ShopTables } from '../../config/config';
import type { Queryable } from '../pool';
import { shopNames } from '../shop-names';
import { FACTS_FUNCTION } from './lent-facts';

/** In our own schema, which Supabase's Data API does not show; `waybell migrate --worker` makes it. */
export const ORDER_FUNCTION = 'waybell.order_recipients';

/**
 * How the connected role reads the shop's orders: the `table` itself, or the `function` that its owner has lent
 * where the role may not read the table, or row-level security could hide rows of it. `older-function`: whoever lent it
 * has lent no facts of the orders yet.
 */
export type OrderAccess = 'table' | 'function' | 'older-function';

/** The role may not, or what was lent is gone. */
const ACCESS_CHANGED = ['42501', '42883'];

/** One mapping belongs to one database. */
const known = new WeakMap<ShopTables, OrderAccess>();

/**
 * Reads orders the way that is open. It is looked up once; after a refusal the next try looks again, since somebody has
 * changed a policy, a grant or a function.
 */
export async function readOrders<T>(
  db: Queryable,
  tables: ShopTables,
  read: (access: OrderAccess) => Promise<T>,
): Promise<T> {
  const access = known.get(tables) ?? (await detectOrderAccess(db, tables));
  // The missing function may come at any time.
  if (access !== 'older-function') known.set(tables, access);
  try {
    return await read(access);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ACCESS_CHANGED.some((code) => code === error.code)) {
      known.delete(tables);
    }
    throw error;
  }
}

/** Over `pg_class c` and `pg_namespace n`: the role may not read the table, or perhaps not all of it. */
export const BARRED = `not has_schema_privilege(n.oid, 'USAGE') or not has_table_privilege(c.oid, 'SELECT')
                    or row_security_active(c.oid)`;

/** The function is for roles that need it: whoever may read the table reads the table. */
export async function detectOrderAccess(db: Queryable, { orders }: ShopTables): Promise<OrderAccess> {
  const { rows } = await db.query<{ barred: boolean | null; lent: boolean | null; facts: boolean | null }>(
    `select (select ${BARRED}
               from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = $1 and c.relname = $2) as barred,
            has_function_privilege(to_regprocedure('${ORDER_FUNCTION}(text)'), 'EXECUTE') as lent,
            has_function_privilege(to_regprocedure('${FACTS_FUNCTION}(text)'), 'EXECUTE') as facts`,
    [orders.schema, orders.table],
  );
  const { barred, lent, facts } = rows[0] ?? {};
  if (!barred || !lent) return 'table';
  return facts ? 'function' : 'older-function';
}

/** @throws {Error} when the role that would lend the orders does not see all of them itself. */
export async function requireAllOrders(db: Queryable, { orders }: ShopTables): Promise<void> {
  const { rows } = await db.query<{ role: string }>(
    `select current_user as role
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2 and (${BARRED})`,
    [orders.schema, orders.table],
  );
  if (rows[0]) {
    throw new Error(
      `Role ${rows[0].role} may not see every row of ${orders.schema}.${orders.table}, so it cannot lend the orders: migrate as the owner of the table, or as a role with BYPASSRLS.`,
    );
  }
}

/** Whether the function reads what SHOP_TABLES names today; it was made from the names of its day. */
export async function isOrderFunctionCurrent(db: Queryable, tables: ShopTables): Promise<boolean> {
  const { rows } = await db.query<{ prosrc: string }>(
    `select prosrc from pg_proc where oid = to_regprocedure('${ORDER_FUNCTION}(text)')`,
  );
  return rows[0]?.prosrc === functionBody(tables);
}

/**
 * The SQL that makes the function. Whoever runs it lends his right to read the orders, one at a time and by id.
 * No name is looked up along the caller's path, and an id that the column cannot hold names no order.
 */
export function orderFunctionSql(tables: ShopTables): string {
  return `create or replace function ${ORDER_FUNCTION}(wanted text)
  returns table (user_id text, merchant_id text)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set row_security = off
as ${escapeLiteral(functionBody(tables))};
revoke all on function ${ORDER_FUNCTION}(text) from public;`;
}

function functionBody(tables: ShopTables): string {
  const { orders } = shopNames(tables);
  return `
declare
  wanted_id ${orders.name}.${orders.id}%type;
begin
  wanted_id := wanted;
  return query
    select o.${orders.userId}::text, o.${orders.merchantId}::text
      from ${orders.name} o
     where o.${orders.id} = wanted_id;
exception when invalid_text_representation or numeric_value_out_of_range then
  return;
end `;
}
