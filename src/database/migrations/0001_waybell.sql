-- Waybell's own tables, in a schema of their own: Supabase's Data API does not show it to phones.
create schema if not exists waybell;
revoke all on schema waybell from public;

-- Every scan ever reported, also those that move nothing.
create table if not exists waybell.platform_express_events (
  id bigint generated always as identity primary key,
  waybill_id text not null,
  -- A number that a carrier uses again years later starts a new parcel instance of the same waybill.
  instance integer not null,
  event_key text not null,
  event_time timestamptz not null,
  -- null: the source's word is unknown to us
  status text,
  raw_status text not null,
  event_text_safe text not null,
  place text,
  source text not null,
  workflow_id text not null,
  recorded_at timestamptz not null default now(),
  constraint platform_express_events_once unique (waybill_id, event_key)
);

-- One row per shipment update: what was decided about it, stored in the transaction that stored its events,
-- so that a step that runs twice gives the same answer twice.
create table if not exists waybell.express_updates (
  seq bigint generated always as identity,
  workflow_id text primary key,
  waybill_id text not null,
  verdict text not null check (verdict in ('announce', 'nothing-new', 'stale', 'unknown-status')),
  instance integer not null,
  -- set for verdict 'announce': which status is told, for the how-manyeth time
  status text,
  occurrence integer,
  entered_at timestamptz,
  latest_event_at timestamptz,
  decision jsonb not null,
  state text not null check (state in ('open', 'closed')),
  outcome text,
  reason text,
  created_at timestamptz not null default now(),
  closed_at timestamptz
);
create index if not exists express_updates_announced
  on waybell.express_updates (waybill_id, seq desc) where verdict = 'announce';
create index if not exists express_updates_open on waybell.express_updates (waybill_id) where state = 'open';

-- What a delivery waits for. Written and committed before the delivery looks a last time and waits.
create table if not exists waybell.express_waits (
  workflow_id text not null,
  kind text not null check (kind in ('order', 'device', 'retry')),
  -- '' for kind 'order': nobody is known yet
  audience text not null default '',
  owner_id text not null default '',
  waybill_id text not null,
  since timestamptz not null default now(),
  deadline timestamptz not null,
  woken_at timestamptz,
  primary key (workflow_id, kind, audience)
);
create index if not exists express_waits_owner on waybell.express_waits (audience, owner_id) where kind = 'device';
create index if not exists express_waits_waybill on waybell.express_waits (waybill_id);

-- One row per notification and device: what happened to this push.
create table if not exists waybell.express_pushes (
  message_id text not null,
  device_id text not null,
  workflow_id text not null,
  cid text not null,
  provider text not null,
  state text not null check (state in ('claimed', 'retry', 'accepted', 'failed', 'deactivated', 'moved', 'superseded')),
  -- the round of tries this row was last touched in; a human retry starts the next round
  round integer not null,
  -- part of the provider's request id; grows only after a definite rejection
  generation integer not null default 0,
  attempts integer not null default 0,
  code text,
  words text,
  claimed_at timestamptz not null default now(),
  answered_at timestamptz,
  shown_at timestamptz,
  clicked_at timestamptz,
  primary key (message_id, device_id)
);
create index if not exists express_pushes_cid on waybell.express_pushes (cid);
create index if not exists express_pushes_workflow on waybell.express_pushes (workflow_id);
