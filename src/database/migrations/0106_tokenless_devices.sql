-- Whose app has shown a key or a token when it registered, and whose came without one, since when. Neither: it
-- registered before this was looked at.
alter table public.push_devices
  add column if not exists proven_at timestamptz,
  add column if not exists tokenless_since timestamptz;
create index if not exists push_devices_tokenless on public.push_devices (tokenless_since)
  where tokenless_since is not null;
