-- With what a parcel is collected, sealed: nobody who reads the database can open it. A row goes when the parcel waits no
-- longer, and after seven days.
create table if not exists waybell.pickup_codes (
  -- the update that told them: its parcel is in express_updates
  workflow_id text primary key,
  -- of the scan that says them, not later than its arrival
  scanned_at timestamptz not null,
  sealed text not null
);
