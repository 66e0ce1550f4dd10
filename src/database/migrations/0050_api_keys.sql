-- Keys for the HTTP API, each with a name, what it may do, and maybe an end. Only a digest of a key is kept: whoever
-- reads this table cannot ask with it. A name is used once, since the audit speaks of it.
create table if not exists waybell.api_keys (
  name text primary key,
  sha256 bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz
);
