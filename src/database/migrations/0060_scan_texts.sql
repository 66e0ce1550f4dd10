-- What scans say in words, which may tell of persons. It does not travel through Temporal: whoever takes a request
-- writes it here. By the number first, so that all that was said of a parcel is found at once. With the time, because
-- senders use an id again.
create table if not exists waybell.scan_texts (
  tracking_no text not null,
  source text not null,
  event_key text not null,
  event_time timestamptz not null,
  text text not null,
  place text,
  -- the source's own word for the status, where platform_express_events.raw_status has a digest of it
  word text,
  -- when the request came that said so: the newest counts
  received_at timestamptz not null,
  primary key (tracking_no, source, event_key, event_time)
);
create index if not exists scan_texts_time on waybell.scan_texts (event_time);

-- How far the texts of before have been taken out of the tables where they stood.
alter table waybell.retention
  -- the last row of platform_express_events that was looked at
  add column if not exists texts_event_id bigint not null default 0,
  -- the last row of express_updates, in the order of their ends
  add column if not exists texts_closed_at timestamptz not null default '-infinity',
  add column if not exists texts_workflow_id text not null default '';
