-- What a shop brings itself. Waybell makes these tables on the embedded database only.
create table if not exists ml_orders (
  id text primary key,
  user_id text,
  merchant_id text,
  status text not null default 'paid',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table if not exists platform_express_waybills (
  id uuid primary key default gen_random_uuid(),
  carrier text,
  tracking_no text,
  order_id text,
  status text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists platform_express_waybills_number on platform_express_waybills (tracking_no);
