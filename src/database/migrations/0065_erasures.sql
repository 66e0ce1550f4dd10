-- What somebody asked to be erased. The row stays for as long as the audit, and then says how much went, never of whom.
create table if not exists waybell.erasures (
  id text primary key default gen_random_uuid()::text,
  kind text not null check (kind in ('user', 'order', 'waybill')),
  -- {"id", "carrier"}: whom or what, until it is done
  subject jsonb,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  started_at timestamptz,
  done_at timestamptz,
  -- how many parcels it is about, once they are listed
  parcels integer,
  -- rows and histories by kind
  erased jsonb not null default '{}',
  -- what is left, by kind
  remains jsonb not null default '[]'
);
create index if not exists erasures_under_way on waybell.erasures (requested_at) where done_at is null;
create index if not exists erasures_done on waybell.erasures (done_at) where done_at is not null;

-- The parcels of an erasure, until it is done. '' is a number of which no waybill is known.
create table if not exists waybell.erasure_parcels (
  erasure_id text not null,
  waybill_id text not null,
  tracking_no text not null,
  -- how often it was gone through
  passes integer not null default 0,
  primary key (erasure_id, waybill_id)
);
create index if not exists erasure_parcels_open on waybell.erasure_parcels (erasure_id, passes, waybill_id);

-- What was erased, by digests alone: of such a number no scan from before brings a text back, and such a person is
-- nobody until one of their devices registers again.
create table if not exists waybell.erasure_marks (
  digest text primary key,
  erased_at timestamptz not null,
  -- a scan of this number from before is of what was erased
  until timestamptz not null
);
create index if not exists erasure_marks_at on waybell.erasure_marks (erased_at);

-- For a trigger on the deletion of an account: needs no network and no key, and holds up no log-out. Waybell finds the
-- row within a minute.
create or replace function waybell.request_erasure(user_id text) returns void
  language sql security definer
  set search_path = pg_catalog, pg_temp
as $$
  insert into waybell.erasures (kind, subject, requested_by)
  select 'user', jsonb_build_object('id', $1), 'database'
   where btrim($1) <> '' and not exists (
     select from waybell.erasures e where e.done_at is null and e.kind = 'user' and e.subject ->> 'id' = $1);
$$;
revoke all on function waybell.request_erasure(text) from public;

-- Since when the body is gone while the webhook stays: who sent it, when, and which deliveries it became.
alter table waybell.webhooks add column if not exists emptied_at timestamptz;
create index if not exists webhooks_with_body on waybell.webhooks (received_at) where emptied_at is null;

create index if not exists bulk_retries_workflow on waybell.bulk_retries (workflow_id);
