import type { Queryable } from '../pool';

export interface WantedAccess {
  readonly schema: string;
  readonly table: string;
  readonly privileges: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
}

/** What stands between the connected role and a table. */
export interface AccessProblem {
  /** `missing`: no such table; `grant`: a privilege is missing (42501); `hidden`: row-level security may hide rows. */
  readonly kind: 'missing' | 'grant' | 'hidden';
  readonly sentence: string;
}

interface TableAccess {
  readonly name: string;
  readonly role: string;
  readonly exists: boolean;
  readonly closed_schema: string | null;
  readonly missing_grants: string | null;
  readonly rows_may_be_hidden: boolean;
  readonly policies: number;
}

/**
 * Tries what the connected role may do. `has_table_privilege` alone is no proof: it is true while row-level
 * security hides every row; `row_security_active` is true exactly when rows may be hidden from this role.
 */
export async function findTableAccessProblems(
  db: Queryable,
  wanted: readonly WantedAccess[],
): Promise<AccessProblem[]> {
  const { rows } = await db.query<TableAccess>(
    `select format('%s.%s', w.schema, w.table) as name,
            current_user as role,
            c.oid is not null as exists,
            case when not has_schema_privilege(n.oid, 'USAGE') then w.schema end as closed_schema,
            (select string_agg(privilege, ', ')
               from jsonb_array_elements_text(w.privileges) as privilege
              where not has_table_privilege(c.oid, privilege)) as missing_grants,
            coalesce(row_security_active(c.oid), false) as rows_may_be_hidden,
            (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
       from jsonb_to_recordset($1) as w(schema text, "table" text, privileges jsonb)
       left join pg_namespace n on n.nspname = w.schema
       left join pg_class c on c.relnamespace = n.oid and c.relname = w.table
      order by 1`,
    [JSON.stringify(wanted)],
  );
  return rows.flatMap((row) => problemWith(row) ?? []);
}

function problemWith({
  name,
  role,
  exists,
  closed_schema,
  missing_grants,
  rows_may_be_hidden,
  policies,
}: TableAccess): AccessProblem | undefined {
  if (!exists) return { kind: 'missing', sentence: `Table ${name} does not exist.` };
  if (closed_schema !== null) {
    const sentence = `Role ${role} lacks USAGE on schema ${closed_schema}, so that it cannot reach ${name} (error 42501).`;
    return { kind: 'grant', sentence };
  }
  if (missing_grants !== null) {
    return { kind: 'grant', sentence: `Role ${role} lacks ${missing_grants} on ${name} (error 42501).` };
  }
  if (!rows_may_be_hidden) return undefined;
  const extent = policies === 0 ? 'every row' : 'rows';
  const sentence = `Row-level security may hide ${extent} of ${name} from role ${role}, silently: connect as its owner or as a role with BYPASSRLS.`;
  return { kind: 'hidden', sentence };
}
