import type { Queryable } from './pool';

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
