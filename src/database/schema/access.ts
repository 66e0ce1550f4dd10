import pg, { escapeIdentifier } from 'pg';
import type { ShopTables } from '../../config/config';
import type { Explanation } from '../../shipment/explanation';
import { asShellWord } from '../../shipment/shown-text';
import type { Queryable } from '../pool';
import { toldTo } from '../session';
import { lentFactsGrants, lentFactsSql } from './lent-facts';
import { ORDER_FUNCTION, orderFunctionSql, requireAllOrders } from './order-access';
import { shopNames } from '../shop-names';

export interface WantedAccess {
  readonly schema: string;
  readonly table: string;
  readonly privileges: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
}

/** What stands between the connected role and a table. */
export interface AccessProblem {
  /**
   * `missing`: no such table; `grant`: a privilege is missing (42501); `hidden`: row-level security may hide rows;
   * `stale`: the function that lends the orders reads other tables than the settings name.
   */
  readonly kind: 'missing' | 'grant' | 'hidden' | 'stale';
  readonly sentence: Explanation;
  /** What ends it, to be pasted: SQL for the owner of the table, or for a superuser; or a command. */
  readonly mend?: string;
}

interface TableAccess {
  readonly name: string;
  readonly role: string;
  /** As SQL writes them. */
  readonly quoted: { readonly table: string; readonly schema: string; readonly role: string };
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
            jsonb_build_object('table', format('%I.%I', w.schema, w.table), 'schema', quote_ident(w.schema),
                               'role', quote_ident(current_user)) as quoted,
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
  quoted,
  exists,
  closed_schema,
  missing_grants,
  rows_may_be_hidden,
  policies,
}: TableAccess): AccessProblem | undefined {
  if (!exists) return missingTable(name);
  if (closed_schema !== null) {
    const sentence = {
      en: `Role ${role} lacks USAGE on schema ${closed_schema}, so that it cannot reach ${name} (error 42501).`,
      zh: `角色 ${role} 缺少模式（schema）${closed_schema} 的 USAGE 权限，因此访问不到 ${name}（错误 42501）。`,
    };
    return { kind: 'grant', sentence, mend: `grant usage on schema ${quoted.schema} to ${quoted.role};` };
  }
  if (missing_grants !== null) {
    return {
      kind: 'grant',
      sentence: {
        en: `Role ${role} lacks ${missing_grants} on ${name} (error 42501).`,
        zh: `角色 ${role} 缺少 ${name} 的 ${missing_grants} 权限（错误 42501）。`,
      },
      mend: `grant ${missing_grants.toLowerCase()} on ${quoted.table} to ${quoted.role};`,
    };
  }
  if (!rows_may_be_hidden) return undefined;
  const isAll = policies === 0;
  const sentence = {
    en: `Row-level security may hide ${isAll ? 'every row' : 'rows'} of ${name} from role ${role}, silently: connect as its owner or as a role with BYPASSRLS.`,
    zh: `行级安全可能悄悄地对角色 ${role} 隐藏 ${name} 的${isAll ? '所有行' : '一些行'}：请以它的所有者，或以带有 BYPASSRLS 的角色连接。`,
  };
  return { kind: 'hidden', sentence, mend: `alter role ${quoted.role} bypassrls;` };
}

const missingTable = (name: string): AccessProblem => ({
  kind: 'missing',
  sentence: { en: `Table ${name} does not exist.`, zh: `表 ${name} 不存在。` },
});

/** How changes of statuses are read. */
export const CHANGE_FUNCTIONS = [
  'waybell.settled_position()',
  'waybell.status_changes_after(bigint, integer)',
];

/** Which of them the connected role may not run. */
export async function findClosedChangeFunctions(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from unnest($1::text[]) as name where not has_function_privilege(name, 'EXECUTE')`,
    [CHANGE_FUNCTIONS],
  );
  return rows.map(({ name }) => name);
}

/**
 * The SQL that gives a role of Waybell's own what it needs, and nothing else: no grant on the orders, whose people
 * it asks a function for. It may run again after every migration. Policies are of no use here: with loud row-level
 * security any policy is an error, so on the other tables the role must have BYPASSRLS.
 */
export function workerRoleSql(tables: ShopTables, role: string): string {
  const { waybills } = shopNames(tables);
  const worker = escapeIdentifier(role);
  return `${orderFunctionSql(tables)}
${lentFactsSql(tables)}
grant usage on schema waybell, public, ${waybills.schema} to ${worker};
grant select, insert, update, delete on all tables in schema waybell to ${worker};
revoke insert, update, delete on waybell.migrations from ${worker};
alter default privileges in schema waybell grant select, insert, update, delete on tables to ${worker};
grant select, insert, update, delete on public.express_notifications, public.push_devices to ${worker};
grant select, insert, update on ${waybills.name} to ${worker};
grant execute on function ${ORDER_FUNCTION}(text) to ${worker};
grant execute on function ${CHANGE_FUNCTIONS.join(', ')} to ${worker};
${lentFactsGrants(tables, worker)}
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

/** How the database is reached. In `transaction` mode what a session sets or locks is lost between transactions. */
export type PoolerMode = 'direct' | 'session' | 'transaction';

interface Seen {
  /** Two clients, both connected all the time: which back end each was told that it has … */
  readonly told: readonly [number | null, number | null];
  /** … and which back end then answered it. */
  readonly answered: readonly [number, number];
}

/** A pooler tells a number of its own. Only one that lends back ends by transaction lets two clients share one. */
export function poolerModeOf({ told, answered }: Seen): PoolerMode {
  if (answered[0] === answered[1]) return 'transaction';
  return told[0] === answered[0] && told[1] === answered[1] ? 'direct' : 'session';
}

/** Finds a pooler by what it does; its port and its name say nothing for certain. */
export async function detectPoolerMode(connectionString: string): Promise<PoolerMode> {
  const [first, second] = [new pg.Client({ connectionString }), new pg.Client({ connectionString })];
  try {
    await Promise.all([first.connect(), second.connect()]);
    // One after the other: a back end that the first gave back is the one that the second gets.
    const answered = [await backendOf(first), await backendOf(second)] as const;
    return poolerModeOf({ told: [toldTo(first), toldTo(second)], answered });
  } finally {
    await Promise.all([first.end(), second.end()]);
  }
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** What a PostgreSQL server says of itself and of the role that asks. */
export interface ServerFacts {
  /** As `server_version_num`: 170004. */
  readonly version: number;
  /** As people write it: `17.4`. */
  readonly versionName: string;
  readonly role: string;
  readonly superuser: boolean;
  readonly bypassesRls: boolean;
  /** The clock of the server; milliseconds since 1970. */
  readonly now: number;
}

/** The command by which the owner of the tables lends this connection's role what it needs; to be pasted. */
export async function lendingCommand(db: Queryable): Promise<string> {
  const { role } = await readServerFacts(db);
  return `npx waybell migrate --worker ${asShellWord(role)}`;
}

export async function readServerFacts(db: Queryable): Promise<ServerFacts> {
  const { rows } = await db.query<ServerFacts>(
    `select current_setting('server_version_num')::int as version,
            split_part(current_setting('server_version'), ' ', 1) as "versionName",
            rolname as role,
            rolsuper as superuser,
            rolsuper or rolbypassrls as "bypassesRls",
            (extract(epoch from clock_timestamp()) * 1000)::float8 as now
       from pg_roles where rolname = current_user`,
  );
  return rows[0] as ServerFacts;
}
