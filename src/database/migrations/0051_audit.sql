-- What people and programs decided: who, when, about what. Kept for AUDIT_RETENTION_DAYS.
create table if not exists waybell.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  -- the name of the key, or who typed the command
  actor text not null,
  -- from where it came: an address, or the machine of the command
  place text not null,
  -- an operation of the API, or a command
  action text not null,
  subject text not null,
  -- what was asked for, as JSON, shortened
  asked text not null,
  -- done, or the code of the refusal; null when the process ended before it knew
  outcome text
);
create index if not exists audit_at on waybell.audit (at);
create index if not exists audit_actor on waybell.audit (actor, id);
