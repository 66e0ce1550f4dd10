-- What the app says of the phone: who made it, and whether its owner lets it show notifications.
alter table public.push_devices
  add column if not exists brand text,
  add column if not exists notifications text;
