-- How often another try of this delivery has failed: one that always fails is given up alone.
alter table waybell.bulk_retries add column if not exists tries integer not null default 0;
