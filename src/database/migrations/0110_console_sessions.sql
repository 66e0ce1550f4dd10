-- Who is logged in to the console. In the database, since a session holds for every API process; neither the cookie
-- nor the key can be read from it.
create table if not exists waybell.console_sessions (
  -- of the cookie
  sha256 bytea primary key,
  key_name text not null,
  -- an HMAC of the key's digest, by the cookie: another key under the same name does not go on with the session
  key_proof bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index if not exists console_sessions_expired on waybell.console_sessions (expires_at);
