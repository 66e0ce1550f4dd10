-- Numbers are forgotten in the order in which they were noted, and what was corrected last is found by it. What has
-- lost its number waits apart. Where the table has rows already, `waybell migrate` builds these first, concurrently.
create index if not exists waybill_numbers_noted on waybell.waybill_numbers (noted_at) where tracking_no <> '';
create index if not exists waybill_numbers_emptied on waybell.waybill_numbers (noted_at) where tracking_no = '';
