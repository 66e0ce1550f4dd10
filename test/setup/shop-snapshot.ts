import type pg from 'pg';

/** The tables that belong to the shop, and those that Waybell adds columns and indexes to. */
const UNTOUCHED = ['ml_orders', 'platform_express_waybills', 'notify_queue'];
const EXTENDED = ['express_notifications', 'push_devices'];

/**
 * Everything about a shop's database that a migration must leave as it is: of its own tables all of it with all
 * rows, of the others what they had, and who may do what everywhere.
 */
export async function takeShopSnapshot(db: pg.Pool): Promise<Record<string, unknown>> {
  const { rows } = await db.query<Record<string, unknown>>(
    `select
       (select jsonb_agg(to_jsonb(p) order by schemaname, tablename, policyname) from pg_policies p
         where schemaname <> 'waybell') as policies,
       (select jsonb_object_agg(c.oid::regclass::text,
                 jsonb_build_array(relowner::regrole, relacl::text, relrowsecurity, relforcerowsecurity))
          from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')) as access,
       (select jsonb_agg(jsonb_build_array(nspname, nspowner::regrole, nspacl::text) order by nspname)
          from pg_namespace where nspname in ('public', 'auth')) as schemas,
       (select jsonb_agg(jsonb_build_array(defaclrole::regrole, defaclnamespace::regnamespace, defaclacl::text)
                 order by oid) from pg_default_acl) as default_access,
       (select jsonb_agg(to_jsonb(p) order by oid) from pg_proc p
         where pronamespace in ('public'::regnamespace, 'auth'::regnamespace)) as functions,
       (select jsonb_agg(jsonb_build_array(pg_get_triggerdef(oid), tgenabled) order by oid) from pg_trigger
         where not tgisinternal
           and tgrelid not in (select oid from pg_class where relnamespace = to_regnamespace('waybell'))) as triggers,
       (select jsonb_agg(jsonb_build_array(conrelid::regclass, conname, pg_get_constraintdef(oid)) order by oid)
          from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n') as constraints,
       (select jsonb_agg(indexdef order by indexdef) from pg_indexes
         where schemaname = 'public' and tablename = any ($1)) as indexes,
       (select jsonb_agg(to_jsonb(c) order by table_name, ordinal_position) from information_schema.columns c
         where table_schema = 'public' and table_name = any ($1)) as columns,
       (select jsonb_agg(to_jsonb(o) order by id) from ml_orders o) as orders,
       (select jsonb_agg(to_jsonb(w) order by id) from platform_express_waybills w) as waybills,
       (select jsonb_agg(to_jsonb(q) order by id) from notify_queue q) as queue`,
    [UNTOUCHED],
  );
  return { ...rows[0], ...(await extendedTables(db)) };
}

/** What the extended tables are like, each thing by its name, so that additions do not matter. */
async function extendedTables(db: pg.Pool): Promise<Record<string, unknown>> {
  const { rows } = await db.query<{
    columns: object;
    indexes: object;
    notifications: object;
    devices: object;
  }>(
    `select
       (select jsonb_object_agg(table_name || '.' || column_name,
                 jsonb_build_array(ordinal_position, udt_name, is_nullable, column_default, character_maximum_length))
          from information_schema.columns where table_schema = 'public' and table_name = any ($1)) as columns,
       (select jsonb_object_agg(indexname, indexdef) from pg_indexes
         where schemaname = 'public' and tablename = any ($1)) as indexes,
       (select jsonb_object_agg(id, to_jsonb(n)) from express_notifications n) as notifications,
       (select jsonb_object_agg(id, to_jsonb(d)) from push_devices d) as devices`,
    [EXTENDED],
  );
  return { extended: rows[0] };
}
