-- A message that somebody sent to one phone to see what comes back. It is kept for a week, and no longer than the phone.
create table if not exists waybell.push_tests (
  id text primary key,
  device_id text not null,
  provider text not null,
  asked_at timestamptz not null default now(),
  state text not null default 'asked',
  -- our word for the answer, and the provider's own
  code text,
  words text,
  request_id text,
  -- what the provider calls the message, for its receipts
  provider_id text,
  sent_at timestamptz,
  answered_at timestamptz,
  delivered_at timestamptz,
  loss_reason text,
  loss_words text,
  shown_at timestamptz,
  clicked_at timestamptz
);
create index if not exists push_tests_asked on waybell.push_tests (asked_at);
create index if not exists push_tests_device on waybell.push_tests (device_id);
create index if not exists push_tests_provider_id on waybell.push_tests (provider, provider_id)
  where provider_id is not null;
