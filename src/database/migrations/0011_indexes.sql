-- An index for everything that a statement looks for in a table that grows. Where the table has rows already,
-- `waybell migrate` builds these first, concurrently; here they are found.
create index if not exists express_updates_waybill on waybell.express_updates (waybill_id, seq desc);
create index if not exists express_notifications_tracking_no
  on public.express_notifications (tracking_no, created_at desc);
create index if not exists express_notifications_newest
  on public.express_notifications (created_at desc) where message_id is not null;
create index if not exists push_devices_user_all on public.push_devices (user_id);
create index if not exists push_devices_merchant_all on public.push_devices (merchant_id);
create index if not exists push_devices_last_seen
  on public.push_devices (provider, last_seen_at, id) where is_active;
create index if not exists webhooks_not_read on waybell.webhooks (verdict, id) where verdict <> 'read';
