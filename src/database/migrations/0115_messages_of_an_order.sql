-- What was told of an order is looked up by people. Where the table has rows already, `waybell migrate` builds this
-- first, concurrently; here it is found.
create index if not exists express_notifications_order
  on public.express_notifications (order_id, created_at desc);
