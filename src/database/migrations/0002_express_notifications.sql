-- The shop's notification table, under the seed's name. On a database that has it, only what is missing is added.
do $$
begin
  if to_regclass('public.express_notifications') is null then
    create table public.express_notifications (
      id uuid primary key default gen_random_uuid(),
      message_id text,
      aud text,
      recipient_id text,
      send_status text,
      last_error text,
      title text,
      body text,
      content text,
      event_text_safe text
    );
    -- Ours alone: nobody but its owner reads it. A table that was there keeps the grants and policies it has.
    alter table public.express_notifications enable row level security;
    if exists (select from pg_roles where rolname = 'anon') then
      revoke all on public.express_notifications from anon, authenticated;
    end if;
    raise notice 'express_notifications: created';
  end if;
end $$;
alter table public.express_notifications
  add column if not exists message_id text,
  add column if not exists aud text,
  add column if not exists recipient_id text,
  add column if not exists order_id text,
  add column if not exists waybill_id text,
  add column if not exists carrier text,
  add column if not exists tracking_no text,
  add column if not exists status text,
  add column if not exists title text,
  add column if not exists body text,
  add column if not exists content text,
  add column if not exists event_text_safe text,
  add column if not exists send_status text,
  add column if not exists last_error text,
  add column if not exists workflow_id text,
  add column if not exists created_at timestamptz not null default now(),
  add column if not exists updated_at timestamptz not null default now();

-- `on conflict (message_id)` needs a plain unique index: a partial one gives error 42P10.
do $$
begin
  if not exists (
    select from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = 'public.express_notifications'::regclass
       and i.indisunique and i.indisvalid and i.indpred is null and i.indnkeyatts = 1 and a.attname = 'message_id'
  ) then
    create unique index express_notifications_message_id_key on public.express_notifications (message_id);
    raise notice 'express_notifications: added the plain unique index on message_id';
  end if;
end $$;

create index if not exists express_notifications_recipient
  on public.express_notifications (recipient_id, created_at desc);
create index if not exists express_notifications_workflow on public.express_notifications (workflow_id);
