-- A body that comes again within the hour, as senders do that try again, is kept once.
alter table waybell.webhooks
  -- of the bytes as they came; rows of before have none
  add column if not exists body_sha256 text,
  -- the webhook that holds the same bytes; then there are none here
  add column if not exists body_of text;
create index if not exists webhooks_body
  on waybell.webhooks (body_sha256, received_at) where body_of is null;
