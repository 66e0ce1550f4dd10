-- What the delivery was started with, so that a person can start it again after Temporal has forgotten it.
alter table waybell.express_updates add column if not exists input jsonb;
create index if not exists express_updates_created on waybell.express_updates (created_at);

-- The deliveries of one bulk retry, and how each was settled: no delivery is retried twice, and every one is
-- accounted for. Kept for 15 days.
create table if not exists waybell.bulk_retries (
  retry_id text not null,
  workflow_id text not null,
  -- null: still to do
  outcome text check (outcome in ('asked', 'restarted', 'refused')),
  words text,
  added_at timestamptz not null default now(),
  primary key (retry_id, workflow_id)
);
create index if not exists bulk_retries_open on waybell.bulk_retries (retry_id, workflow_id) where outcome is null;
create index if not exists bulk_retries_added on waybell.bulk_retries (added_at);

-- Which webhook said what a delivery was started with.
create index if not exists webhooks_workflow_ids on waybell.webhooks using gin (workflow_ids);
create index if not exists webhooks_received on waybell.webhooks (received_at);

-- Since when the sweep finds that the condition of a wait holds: one that still waits then is overdue.
alter table waybell.express_waits add column if not exists due_since timestamptz;
