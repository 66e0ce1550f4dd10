-- What was taken out of the old system's notify_queue: each delivery with the rows that it was built from, kept so
-- that an import which was interrupted goes on with the very same deliveries.
create table if not exists waybell.queue_imports (
  workflow_id text primary key,
  update jsonb not null,
  queue_ids text[] not null,
  taken_at timestamptz not null default now(),
  -- null: the delivery may not have started yet
  started_at timestamptz
);
create index if not exists queue_imports_unstarted on waybell.queue_imports (workflow_id) where started_at is null;
