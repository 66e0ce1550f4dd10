-- What each API process says of its journal, every second: no process sees the journal of another. One that is not
-- heard of any more may hold webhooks that nobody else knows.
create table if not exists waybell.journals (
  journal_id text primary key,
  -- the machine and the folder, for people
  place text not null,
  heard_at timestamptz not null default now(),
  -- everything that it took before is in the archive
  archived_until timestamptz not null,
  -- requests that Temporal was not given, and when the oldest of them was received
  waiting integer not null,
  oldest_at timestamptz
);

-- The journal that has yet to give it to Temporal; null: Temporal has it.
alter table waybell.webhooks add column if not exists kept_by text;
create index if not exists webhooks_kept on waybell.webhooks (kept_by, id) where kept_by is not null;

-- When a sweep has last looked whether what deliveries wait for has come.
create table if not exists waybell.sweeps (
  only_row boolean primary key default true check (only_row),
  swept_at timestamptz not null
);
