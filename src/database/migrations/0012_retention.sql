-- What is remembered of a parcel whose scans, updates and pushes were deleted: when something is heard of it again,
-- its rows are put back from here, without texts. A column that is later added to one of the two tables, and that must
-- not be null, needs a value for the rows in here too.
create table if not exists waybell.parcel_memories (
  waybill_id text primary key,
  -- when the last of its updates was closed
  last_at timestamptz not null,
  -- rows of platform_express_events: what decides the status
  scans jsonb not null,
  -- rows of express_updates: what was told, and the newest scan that was seen
  updates jsonb not null,
  -- only the newest of each is left, so that a number which is used again is a new parcel
  reduced boolean not null default false
);
create index if not exists parcel_memories_last on waybell.parcel_memories (reduced, last_at);

-- How far back the books go: of what came before, rows may be deleted.
create table if not exists waybell.retention (
  only_row boolean primary key default true check (only_row),
  ledger_from timestamptz not null,
  applied_at timestamptz not null
);

create index if not exists express_updates_closed
  on waybell.express_updates (closed_at, workflow_id) where state = 'closed';
create index if not exists queue_imports_with_update
  on waybell.queue_imports (started_at) where update <> '{}';
create index if not exists carrier_corrections_corrected on waybell.carrier_corrections (corrected_at);
create index if not exists express_notifications_ours
  on public.express_notifications (created_at) where workflow_id is not null;

-- The newest accepted push of a device among those that were deleted.
alter table public.push_devices add column if not exists last_sign_at timestamptz;
