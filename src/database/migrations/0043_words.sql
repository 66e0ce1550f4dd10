-- Who says what the word of a scan means, where its source does not: 'unknown' or 'shop'. null in every other row, and
-- in rows from before.
alter table waybell.platform_express_events add column if not exists reading text;
-- Only such scans, the newest first, with all that is counted of them.
create index if not exists platform_express_events_reading
  on waybell.platform_express_events (reading, id) include (source, raw_status) where reading is not null;
