import { asItIs, type Explanation } from '../../shipment/explanation';
import type { Queryable } from '../pool';

/** Rows that a migration cannot work with, and the SQL with which a person may clear the way. */
export interface Obstacle {
  readonly table: string;
  readonly sentence: Explanation;
  /** The first of the rows. */
  readonly examples: readonly Explanation[];
  /** Waybell shows it and never runs it: it changes or deletes a shop's rows. */
  readonly sql: string;
}

/** Thrown when rows stand in the way of a migration. Nothing was changed. */
export class MigrationRefused extends Error {
  constructor(readonly obstacles: readonly Obstacle[]) {
    super(
      [
        'Nothing was migrated: rows stand in the way. Look at them, run this, then migrate again.',
        ...obstacles.map((one) => describeObstacle(one).en),
      ].join('\n\n'),
    );
    this.name = 'MigrationRefused';
  }
}

export function describeObstacle({ sentence, examples, sql }: Obstacle): Explanation {
  const inLanguage = (language: keyof Explanation): string =>
    [`-- ${sentence[language]}`, ...examples.map((example) => `--   ${example[language]}`), sql].join('\n');
  return { en: inLanguage('en'), zh: inLanguage('zh') };
}

/** A device without an app belongs to the app that the seed calls so. */
const FIRST_APPID = 'default';

/** What must be unique, and by which columns the newest row of a repeated key is known, the best first. */
const KEYS = [
  { table: 'express_notifications', key: ['message_id'], newest: ['created_at', 'updated_at'] },
  { table: 'push_devices', key: ['appid', 'cid'], newest: ['last_seen_at', 'updated_at', 'created_at'] },
] as const;

const SHOWN = 10;

/** Finds what the migrations would stumble over: keys in more than one row, and devices without an app. */
export async function findObstacles(db: Queryable): Promise<Obstacle[]> {
  const obstacles: Obstacle[] = [];
  for (const { table, key, newest } of KEYS) {
    const columns = await columnsOf(db, table);
    const keyColumns = key.filter((column) => columns.has(column));
    // A column that is missing gets the same value in every row, and a missing message_id gets none.
    if (keyColumns.length === 0) continue;
    const parts = keyColumns.map((column) =>
      column === 'appid' ? `coalesce(appid, '${FIRST_APPID}')` : column,
    );
    const order = newest.filter((column) => columns.has(column)).map((column) => `${column} desc nulls last`);
    const repeated = await findRepeated(db, table, keyColumns, parts);
    if (repeated)
      obstacles.push({ ...repeated, table, sql: keepNewest(table, parts, [...order, 'ctid desc']) });
  }
  return [...obstacles, ...(await findDevicesWithoutApp(db))];
}

async function columnsOf(db: Queryable, table: string): Promise<Set<string>> {
  const { rows } = await db.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [`public.${table}`],
  );
  return new Set(rows.map(({ name }) => name));
}

async function findRepeated(
  db: Queryable,
  table: string,
  key: readonly string[],
  parts: readonly string[],
): Promise<Omit<Obstacle, 'table' | 'sql'> | undefined> {
  const { rows } = await db.query<{ value: string; count: number; keys: number; all: number }>(
    `select concat_ws('/', ${parts.join(', ')}) as value, count(*)::int as count,
            count(*) over ()::int as keys, sum(count(*)) over ()::int as all
       from public.${table}
      where ${key.at(-1)} is not null
      group by ${parts.join(', ')}
     having count(*) > 1
      order by count desc, value
      limit ${SHOWN}`,
  );
  const [first] = rows;
  if (!first) return undefined;
  const name = key.length === 1 ? key[0] : `(${key.join(', ')})`;
  return {
    sentence: {
      en: `${table} holds ${first.keys} value(s) of ${name} more than once, in ${first.all} rows; this keeps the newest row of each:`,
      zh: `${table} 中有 ${first.keys} 个 ${name} 的值重复，共 ${first.all} 行；这样只保留每个值最新的一行：`,
    },
    examples: rows.map(({ value, count }) => ({
      en: `${value}: ${count} rows`,
      zh: `${value}：${count} 行`,
    })),
  };
}

function keepNewest(table: string, parts: readonly string[], order: readonly string[]): string {
  return `delete from public.${table}
 where ctid in (
   select ctid
     from (select ctid, row_number() over (
                    partition by ${parts.join(', ')}
                        order by ${order.join(', ')}) as place
             from public.${table}
            where ${parts.at(-1)} is not null) ranked
    where place > 1);`;
}

async function findDevicesWithoutApp(db: Queryable): Promise<Obstacle[]> {
  if (!(await columnsOf(db, 'push_devices')).has('appid')) return [];
  const { rows } = await db.query<{ cid: string; all: number }>(
    `select cid, count(*) over ()::int as all from public.push_devices
      where appid is null order by cid limit ${SHOWN}`,
  );
  const [first] = rows;
  if (!first) return [];
  return [
    {
      table: 'push_devices',
      sentence: {
        en: `push_devices holds ${first.all} row(s) without appid, which would get a second row when their phone registers again:`,
        zh: `push_devices 中有 ${first.all} 行没有 appid，手机再次注册时会多出一行：`,
      },
      examples: rows.map(({ cid }) => asItIs(cid)),
      sql: `update public.push_devices set appid = '${FIRST_APPID}' where appid is null;`,
    },
  ];
}

interface OldKey {
  readonly table: string;
  readonly index: string;
  readonly columns: string;
  readonly condition: string | null;
}

/** Tells which unique keys of the old system were found, and what becomes of them. */
export async function describeOldKeys(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<OldKey>(
    `select c.relname as "table", x.relname as index, k.columns, pg_get_expr(i.indpred, i.indrelid) as condition
       from pg_index i
       join pg_class c on c.oid = i.indrelid
       join pg_class x on x.oid = i.indexrelid
       cross join lateral (
         select string_agg(a.attname, ', ' order by a.attname) as columns
           from pg_attribute a
          where a.attrelid = i.indrelid and a.attnum = any (i.indkey)) k
      where i.indrelid in (to_regclass('public.express_notifications'), to_regclass('public.push_devices'))
        and i.indisunique and not i.indisprimary
        and (i.indpred is not null and k.columns in ('message_id', 'appid, cid') or k.columns = 'cid')
      order by 1, 2`,
  );
  return rows.map(describeKey);
}

function describeKey({ table, index, columns, condition }: OldKey): string {
  return condition === null
    ? `${table}: the unique index ${index} on (${columns}) stays, the old system upserts on it. A cid then belongs to one app: registered under another, its row moves there.`
    : `${table}: the unique index ${index} on (${columns}) is partial, where ${condition}: "on conflict (${columns})" does not match it (error 42P10). A plain one is added beside it.`;
}
