-- The shop's device table, under the seed's name. On a database that has it, only what is missing is added.
do $$
begin
  if to_regclass('public.push_devices') is null then
    create table public.push_devices (
      id uuid primary key default gen_random_uuid(),
      appid text not null default 'default',
      cid text not null,
      user_id text,
      merchant_id text,
      platform text
    );
    -- Ours alone: nobody but its owner reads it. A table that was there keeps the grants and policies it has.
    alter table public.push_devices enable row level security;
    if exists (select from pg_roles where rolname = 'anon') then
      revoke all on public.push_devices from anon, authenticated;
    end if;
    raise notice 'push_devices: created';
  end if;
end $$;
alter table public.push_devices
  add column if not exists appid text not null default 'default',
  add column if not exists user_id text,
  add column if not exists merchant_id text,
  add column if not exists platform text,
  add column if not exists provider text not null default 'unicloud',
  add column if not exists is_active boolean not null default true,
  add column if not exists inactive_reason text,
  add column if not exists inactive_at timestamptz,
  add column if not exists registered_at timestamptz not null default now(),
  add column if not exists last_seen_at timestamptz not null default now(),
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now();

do $$
begin
  if not exists (
    select from pg_index i
     where i.indrelid = 'public.push_devices'::regclass
       and i.indisunique and i.indisvalid and i.indpred is null and i.indnkeyatts = 2
       and (select array_agg(a.attname::text order by a.attname)
              from pg_attribute a
             where a.attrelid = i.indrelid and a.attnum = any (i.indkey)) = array['appid', 'cid']
  ) then
    create unique index push_devices_appid_cid_key on public.push_devices (appid, cid);
    raise notice 'push_devices: added the unique index on (appid, cid)';
  end if;
end $$;

create index if not exists push_devices_user on public.push_devices (user_id) where is_active;
create index if not exists push_devices_merchant on public.push_devices (merchant_id) where is_active;
