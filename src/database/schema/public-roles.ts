import type { ShopTables } from '../../config/config';
import type { Queryable } from '../pool';
import { shopNames } from '../shop-names';

/** The roles that Supabase lends to everybody with the public key of an app, and to everybody signed in. */
const PUBLIC_ROLES = ['anon', 'authenticated'];

export interface ReadableTable {
  /** With its schema, quoted where needed. */
  readonly table: string;
  readonly role: string;
}

/**
 * Tables of Waybell, and those of the shop that it works on, of which such a role may read every row: a grant,
 * and no row-level security, or a policy that lets it see all. A grant that policies bound is meant so.
 */
export async function findReadableByPublicRoles(db: Queryable, tables: ShopTables): Promise<ReadableTable[]> {
  const { waybills, orders } = shopNames(tables);
  const { rows } = await db.query<ReadableTable>(
    `select format('%I.%I', n.nspname, c.relname) as "table", r.rolname as role
       from pg_roles r
      cross join pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where r.rolname = any ($1)
        and c.relkind in ('r', 'p', 'v', 'm')
        and (n.nspname = 'waybell'
             or c.oid = any (array[to_regclass('public.express_notifications'), to_regclass('public.push_devices'),
                                   to_regclass($2), to_regclass($3)]::oid[]))
        and has_schema_privilege(r.oid, n.oid, 'USAGE')
        and has_any_column_privilege(r.oid, c.oid, 'SELECT')
        and (not c.relrowsecurity
             or exists (select from pg_policy p
                         where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
                           and (0 = any (p.polroles) or r.oid = any (p.polroles))
                           and pg_get_expr(p.polqual, p.polrelid) = 'true'))
      order by 1, 2`,
    [PUBLIC_ROLES, waybills.name, orders.name],
  );
  return rows;
}
