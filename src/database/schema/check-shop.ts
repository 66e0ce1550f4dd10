import type { ShopTables } from '../../config/config';
import { mappedFacts } from '../../config/shop-tables';
import { DEVICE_FILLED_COLUMNS } from '../devices';
import { NOTIFICATION_INSERT_COLUMNS } from '../insert-notifications';
import { inEnglish, type Explanation } from '../../shipment/explanation';
import type { Queryable } from '../pool';
import { withClient } from '../with-client';
import { findTableAccessProblems, lendingCommand, type AccessProblem, type WantedAccess } from './access';
import { detectOrderAccess, isOrderFunctionCurrent, ORDER_FUNCTION } from './order-access';
import { findRefusedWords } from './refused-words';
import { findMissingShopIndexes } from './shop-indexes';

/** The seed's queue. Whatever fills it makes the old consumer push what Waybell pushes too. */
const OLD_QUEUE = 'notify_queue';

interface FeedingTrigger {
  readonly name: string;
  readonly function: string;
  /** SQL. */
  readonly disable: string;
}

/**
 * Finds enabled triggers that feed the old queue, on tables that Waybell writes and on every other `express`
 * table. A function that reaches the queue through another function is not recognised.
 */
async function findFeedingTriggers(
  db: Queryable,
  written: readonly { readonly schema: string; readonly table: string }[],
  allowed: readonly string[],
): Promise<Explanation[]> {
  const { rows } = await db.query<FeedingTrigger>(
    `select format('%s.%s', c.relname, t.tgname) as name, p.proname as function,
            format('alter table %I.%I disable trigger %I;', n.nspname, c.relname, t.tgname) as disable
       from pg_trigger t
       join pg_class c on c.oid = t.tgrelid
       join pg_namespace n on n.oid = c.relnamespace
       join pg_proc p on p.oid = t.tgfoid
      where not t.tgisinternal
        and t.tgenabled <> 'D'
        and strpos(lower(p.prosrc), $1) > 0
        and (c.relname like '%express%'
             or exists (select from jsonb_to_recordset($2) as w(schema text, "table" text)
                         where w.schema = n.nspname and w.table = c.relname))
      order by 1`,
    [OLD_QUEUE, JSON.stringify(written)],
  );
  return rows
    .filter(({ name }) => !allowed.includes(name))
    .map(({ name, function: called, disable }) => ({
      en: `Trigger ${name} (function ${called}) feeds ${OLD_QUEUE}: people would get every push twice. Disable it (${disable}), or add ${name} to ALLOWED_TRIGGERS.`,
      zh: `触发器 ${name}（函数 ${called}）向 ${OLD_QUEUE} 写入：每条推送都会收到两次。请停用它（${disable}），或把 ${name} 加进 ALLOWED_TRIGGERS。`,
    }));
}

const NOTIFICATIONS = { schema: 'public', table: 'express_notifications' };
const DEVICES = { schema: 'public', table: 'push_devices' };

/** What Waybell does with tables of its own making; in a shop's database they may have another owner. */
const OUR_TABLES: readonly WantedAccess[] = [
  { ...NOTIFICATIONS, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { ...DEVICES, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  {
    schema: 'waybell',
    table: 'platform_express_events',
    privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  },
  { schema: 'waybell', table: 'express_updates', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'scan_texts', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'pickup_codes', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'express_waits', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'express_pushes', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'webhooks', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'journals', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'channel_states', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'channel_spans', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'channel_refusals', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'sweeps', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'push_tests', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'bulk_retries', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'queue_imports', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'carrier_corrections', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'waybill_numbers', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'push_circuits', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'provider_failures', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'held_deactivations', privileges: ['SELECT', 'INSERT', 'DELETE'] },
  { schema: 'waybell', table: 'parcel_memories', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'retention', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'api_keys', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'console_sessions', privileges: ['SELECT', 'INSERT', 'DELETE'] },
  { schema: 'waybell', table: 'audit', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'erasures', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'erasure_parcels', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'erasure_marks', privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  { schema: 'waybell', table: 'alarms', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'alarm_robots', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'alarm_tellings', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'status_changes', privileges: ['SELECT', 'INSERT', 'DELETE'] },
  { schema: 'waybell', table: 'status_receivers', privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  { schema: 'waybell', table: 'migrations', privileges: ['SELECT'] },
];

export interface ShopCheck {
  readonly shopTables: ShopTables;
  /** Triggers, as `table.trigger`, that may keep feeding the old queue. */
  readonly allowedTriggers: readonly string[];
  /** Nothing that fires a trigger is written: the old system is to go on beside us. */
  readonly shadow?: boolean;
}

/** One sentence for everything that was found. */
export interface ShopReport<Sentence = string> {
  /** What would go wrong with every delivery, silently or not. */
  readonly problems: readonly Sentence[];
  /** What goes wrong with some, and is seen when it does. */
  readonly warnings: readonly Sentence[];
}

/** A problem that lies in what the role may see and do, or in the tables themselves and their mapping. */
export interface ShopProblem {
  readonly kind: AccessProblem['kind'] | 'tables';
  readonly sentence: Explanation;
  /** What ends it, to be pasted, where one line does. */
  readonly mend?: string;
}

/** Looks at a migrated database of a shop before anything is done with it; what was found, in English. */
export async function checkShop(
  db: Queryable,
  check: ShopCheck,
): Promise<ShopReport & { readonly mends: readonly string[] }> {
  const { problems, warnings } = await examineShop(db, check);
  const mends = new Set(problems.flatMap(({ mend }) => (mend === undefined ? [] : [mend])));
  const sentences = problems.map(({ sentence }) => sentence);
  return { problems: inEnglish(sentences), warnings: inEnglish(warnings), mends: [...mends] };
}

/** The same look, for who has something else to say of each kind of problem, in any language. */
export async function examineShop(
  db: Queryable,
  check: ShopCheck,
): Promise<{ readonly problems: readonly ShopProblem[]; readonly warnings: readonly Explanation[] }> {
  const ofTables = (sentence: Explanation): ShopProblem => ({ kind: 'tables', sentence });
  const tables = await checkShopTables(db, check);
  // A table that is not there is said once, and clearly.
  if (tables.missing.length > 0) return { problems: tables.missing.map(ofTables), warnings: [] };
  const access = await findAccessProblems(db, check.shopTables);
  return { problems: [...access, ...tables.problems.map(ofTables)], warnings: tables.warnings };
}

/** The part of the look that a grant, a policy or a switch can change at any time. */
export async function findAccessProblems(db: Queryable, shopTables: ShopTables): Promise<AccessProblem[]> {
  const { orders, waybills } = shopTables;
  const lent = (await detectOrderAccess(db, shopTables)) !== 'table';
  const stale = lent && !(await isOrderFunctionCurrent(db, shopTables));
  const problems = await findTableAccessProblems(db, [
    ...(lent ? [] : [{ schema: orders.schema, table: orders.table, privileges: ['SELECT'] as const }]),
    { schema: waybills.schema, table: waybills.table, privileges: ['SELECT', 'INSERT', 'UPDATE'] },
    ...OUR_TABLES,
  ]);
  if (!stale) return problems;
  const mend = await lendingCommand(db);
  const sentence = {
    en: `${ORDER_FUNCTION} reads other tables or columns than SHOP_TABLES names. Run again: ${mend}`,
    zh: `${ORDER_FUNCTION} 读取的表或列不是 SHOP_TABLES 所写的。请再次执行：${mend}`,
  };
  return [{ kind: 'stale', sentence, mend }, ...problems];
}

/** The part of the look that makes sense before the migration too. */
export async function checkShopTables(
  db: Queryable,
  check: ShopCheck,
): Promise<ShopReport<Explanation> & { readonly missing: readonly Explanation[] }> {
  const { shopTables } = check;
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
      ...ours.map((column) => ({
        en: `${column} must not be null, and Waybell may not fill it (error 23502): give it a default.`,
        zh: `${column} 不允许为 null，而 Waybell 可能不填它（错误 23502）：请给它设置默认值。`,
      })),
      ...(await findRefusedWords(db, waybills)),
      ...(await findQueueFeeders(db, check)),
    ],
    warnings: [
      ...shops.map((column) => ({
        en: `${column} must not be null and has no default: a webhook about a waybill that the shop has not stored waits until it is (error 23502).`,
        zh: `${column} 不允许为 null，也没有默认值：商城还没有存入的运单，它的 webhook 会一直等到存入为止（错误 23502）。`,
      })),
      ...(await findMissingShopIndexes(db, shopTables)),
    ],
  };
}

/** Triggers by which people would get every push twice. */
export function findQueueFeeders(
  db: Queryable,
  { shopTables, allowedTriggers, shadow = false }: ShopCheck,
): Promise<Explanation[]> {
  if (shadow) return Promise.resolve([]);
  return findFeedingTriggers(db, [shopTables.waybills, NOTIFICATIONS, DEVICES], allowedTriggers);
}

/** A table that Waybell inserts into, and the columns that it never leaves empty. */
export interface Filled {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Finds columns that must not be null, have no default, and may be left empty by Waybell's inserts, which then
 * fail with error 23502. A trigger that fills the column is not recognised.
 * @returns `schema.table.column` of each
 */
async function findUnfilledColumns(db: Queryable, filled: readonly Filled[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select format('%s.%s.%s', f.schema, f.table, a.attname) as name
       from jsonb_to_recordset($1) as f(schema text, "table" text, columns jsonb)
       join pg_namespace n on n.nspname = f.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = f.table and c.relkind in ('r', 'p')
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where a.attnotnull and not a.atthasdef and a.attidentity = ''
        and not f.columns ? a.attname
      order by f.schema, f.table, a.attnum`,
    [JSON.stringify(filled)],
  );
  return rows.map(({ name }) => name);
}

/**
 * Compares the mapping SHOP_TABLES with the database. From the catalogue, since information_schema leaves out
 * what the role may not read and so would call a missing grant a missing column.
 */
export async function findMissingColumns(db: Queryable, shopTables: ShopTables): Promise<Explanation[]> {
  const optional = new Set<string>(mappedFacts(shopTables).map(({ setting }) => setting));
  const { waybills, orders } = shopTables;
  const wanted = Object.entries({ waybills, orders }).flatMap(([part, { schema, table, ...columns }]) =>
    Object.entries(columns)
      .map(([key, column]) => ({ setting: `${part}.${key}`, schema, table, column }))
      .filter(({ setting }) => !optional.has(setting)),
  );
  const { rows } = await db.query<MissingColumn>(
    `select w.setting, format('%s.%s', w.schema, w.table) as "table", w.column, c.oid is not null as table_exists
       from jsonb_to_recordset($1) as w(setting text, schema text, "table" text, "column" text)
       left join pg_namespace n on n.nspname = w.schema
       left join pg_class c on c.relnamespace = n.oid and c.relname = w.table
       left join pg_attribute a
         on a.attrelid = c.oid and a.attname = w.column and a.attnum > 0 and not a.attisdropped
      where a.attname is null
      order by 2, 3`,
    [JSON.stringify(wanted)],
  );
  const tables = new Set(rows.filter((row) => !row.table_exists).map((row) => row.table));
  return [
    ...[...tables].map((table) => ({
      en: `The shop’s table ${table} does not exist; SHOP_TABLES says where it is.`,
      zh: `商城的表 ${table} 不存在；它在哪里由 SHOP_TABLES 说明。`,
    })),
    ...rows
      .filter((row) => row.table_exists)
      .map(({ table, column, setting }) => ({
        en: `The shop’s table ${table} has no column ${column}; ${setting} of SHOP_TABLES says what it is called.`,
        zh: `商城的表 ${table} 没有列 ${column}；它叫什么由 SHOP_TABLES 的 ${setting} 说明。`,
      })),
  ];
}

interface MissingColumn {
  readonly setting: string;
  readonly table: string;
  readonly column: string;
  readonly table_exists: boolean;
}

/** A key that `on conflict` needs, and that the database does not have (error 42P10). */
export interface MissingKey {
  readonly table: string;
  readonly columns: readonly string[];
  /** An index over the same columns that does not serve: a partial one, or one whose building failed. */
  readonly unfit: string | null;
}

const KEYS = [
  { table: 'express_notifications', columns: ['message_id'] },
  { table: 'push_devices', columns: ['appid', 'cid'] },
] as const;

/** Finds keys for which there is no plain, valid, unique index over exactly their columns. */
export async function findMissingKeys(db: Queryable): Promise<MissingKey[]> {
  const { rows } = await db.query<MissingKey>(
    `with wanted as (select * from jsonb_to_recordset($1) as w("table" text, columns jsonb)),
     indexes as (
       select w.table, i.indexrelid::regclass::text as name,
              i.indisvalid and i.indpred is null as fit
         from wanted w
         join pg_index i on i.indrelid = to_regclass('public.' || w.table)
        where i.indisunique and i.indexprs is null
          and i.indnkeyatts = jsonb_array_length(w.columns)
          and not exists (
            select from unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) as n
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = n
             where not w.columns ? a.attname))
     select w.table, w.columns, (select min(name) from indexes x where x.table = w.table) as unfit
       from wanted w
      where to_regclass('public.' || w.table) is not null
        and not exists (select from indexes x where x.table = w.table and x.fit)`,
    [JSON.stringify(KEYS)],
  );
  return rows;
}

/**
 * Builds the index without holding up writes.
 * @returns its name
 * @throws when rows stand in the way; then the half-built index is gone again
 */
export async function addMissingKey(databaseUrl: string, { table, columns }: MissingKey): Promise<string> {
  const name = `${table}_${columns.join('_')}_plain_key`;
  return withClient(databaseUrl, async (db) => {
    try {
      await db.query(`create unique index concurrently ${name} on public.${table} (${columns.join(', ')})`);
      return name;
    } catch (error) {
      await db.query(`drop index if exists public.${name}`);
      throw error;
    }
  });
}
