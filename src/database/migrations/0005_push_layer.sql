-- A provider that refuses pushes for reasons that no device is to blame for: all workers hold their pushes until a
-- probe is taken again, or a person closes the circuit.
create table if not exists waybell.push_circuits (
  provider text primary key,
  cause text not null,
  words text not null,
  opened_at timestamptz not null default now(),
  -- from then on one push may try whether the provider takes pushes again; null: only a person lets them go
  probe_at timestamptz,
  probes integer not null default 0
);

-- Devices that a provider called gone while it called too many so: a person decides.
create table if not exists waybell.held_deactivations (
  device_id text primary key,
  provider text not null,
  reason text not null,
  words text not null,
  -- when the push was tried that brought the verdict
  tried_at timestamptz not null,
  held_at timestamptz not null default now()
);

-- What the provider calls a push, for its receipts.
alter table waybell.express_pushes
  add column if not exists provider_id text,
  add column if not exists delivered_at timestamptz,
  -- why a push that was accepted never reached the phone, in our word and the provider's
  add column if not exists loss_reason text,
  add column if not exists loss_words text;
create index if not exists express_pushes_provider_id on waybell.express_pushes (provider, provider_id)
  where provider_id is not null;
create index if not exists express_pushes_answered on waybell.express_pushes (provider, answered_at desc)
  where answered_at is not null;

-- What other providers need to know of a device, and which installation of the app it is.
alter table public.push_devices
  add column if not exists installation_id text,
  add column if not exists subscription jsonb,
  add column if not exists apns_environment text;
create index if not exists push_devices_installation on public.push_devices (appid, installation_id)
  where installation_id is not null;
