-- The tables of the old pipeline, as far as it needs them, with an index for every look it takes.
create table ml_orders (
  id text primary key,
  user_id text,
  merchant_id text
);

create table platform_express_waybills (
  id uuid primary key default gen_random_uuid(),
  carrier text,
  tracking_no text,
  order_id text,
  status text,
  updated_at timestamptz not null default now()
);
create index on platform_express_waybills (tracking_no);

create table push_devices (
  id uuid primary key default gen_random_uuid(),
  appid text not null default 'default',
  cid text not null unique,
  user_id text,
  merchant_id text,
  platform text,
  is_active boolean not null default true
);
create index on push_devices (user_id) where is_active;
create index on push_devices (merchant_id) where is_active;

create table notify_queue (
  id uuid primary key default gen_random_uuid(),
  waybill_id uuid not null,
  event_status text,
  event_text text,
  created_at timestamptz not null default now(),
  processed_at timestamptz,
  process_status text,
  last_error text
);
create index on notify_queue (created_at) where processed_at is null;

create table express_notifications (
  id uuid primary key default gen_random_uuid(),
  message_id text not null unique,
  queue_id uuid,
  waybill_id uuid,
  order_id text,
  aud text not null,
  recipient_id text not null,
  event_text_safe text,
  send_status text not null default 'pending',
  last_error text,
  created_at timestamptz not null default now()
);
create index on express_notifications (created_at) where send_status = 'pending';
