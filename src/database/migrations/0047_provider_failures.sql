-- Requests to a provider that failed since it took one last: from the third on the provider is down. Written by workers,
-- seldom, and read by every process.
create table if not exists waybell.provider_failures (
  provider text primary key,
  -- counted up to the number at which a provider is down
  failures integer not null,
  since timestamptz not null default now(),
  -- of the failure that is told
  failed_at timestamptz not null default now(),
  reason text not null,
  words text not null
);

-- How often a push was answered in this round without a word about what became of it.
alter table waybell.express_pushes add column if not exists unclear integer not null default 0;
