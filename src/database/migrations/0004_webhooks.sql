-- Every accepted webhook as it arrived, so that it can be read again by a newer status table. Kept for as long
-- as WEBHOOK_RETENTION_DAYS says. The bytes may hold what carriers write about people: no role but Waybell's own
-- reads this schema.
create table if not exists waybell.webhooks (
  -- sorts by time of receipt
  id text primary key,
  source text not null,
  channel text not null,
  received_at timestamptz not null,
  media_type text not null,
  body bytea not null,
  -- read: all of it was understood; flawed: a part was not; empty: it says nothing about any waybill
  verdict text not null check (verdict in ('read', 'flawed', 'empty')),
  flaws jsonb not null,
  workflow_ids text[] not null
);
create index if not exists webhooks_source on waybell.webhooks (source, id);
create index if not exists webhooks_flawed on waybell.webhooks (id) where verdict = 'flawed';

-- A delivery that is handed over a second time, when Temporal has long forgotten the first, has nothing to do.
alter table waybell.express_updates add column if not exists run_id text;

-- A source that told a waybill under the wrong carrier and corrected itself: the right carrier leads to the row
-- that the shop already has, so that its history and its order are not lost.
create table if not exists waybell.carrier_corrections (
  carrier text not null,
  tracking_no text not null,
  waybill_id text not null,
  corrected_at timestamptz not null default now(),
  primary key (carrier, tracking_no)
);
