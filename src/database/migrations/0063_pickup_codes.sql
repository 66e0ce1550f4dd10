-- With what a parcel is collected, sealed under a key that is not in the database. The bytes that the carrier sent have
-- it in clear, in `webhooks`, for as long as the archive keeps them. A row goes when the parcel waits no longer, and
-- after seven days.
create table if not exists waybell.pickup_codes (
  -- the update that told them: its parcel is in express_updates
  workflow_id text primary key,
  -- of the scan that says them, not later than its arrival
  scanned_at timestamptz not null,
  -- of the request that told them: of two that tell of one scan, the newer has the last word
  received_at timestamptz not null,
  sealed text not null
);
create index if not exists pickup_codes_scanned on waybell.pickup_codes (scanned_at);
