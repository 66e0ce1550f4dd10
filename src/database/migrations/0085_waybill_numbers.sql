-- Under which number and carrier a row of the shop stood when its scans came. Where the shop corrects one of them,
-- another parcel begins: what is known of the number before goes on under an id of its own, `former:…`.
create table if not exists waybell.waybill_numbers (
  waybill_id text primary key,
  -- as the shop spells them
  carrier text,
  tracking_no text not null,
  -- the first parcel instance of this number; those before were of numbers before
  first_instance integer not null default 1,
  -- the row of the shop that had this number before
  former_of text,
  noted_at timestamptz not null default now()
);
create index if not exists waybill_numbers_number on waybell.waybill_numbers (tracking_no);
create index if not exists waybill_numbers_former on waybell.waybill_numbers (former_of) where former_of is not null;

-- The corrections of a number go with what is known of it.
create index if not exists carrier_corrections_waybill on waybell.carrier_corrections (waybill_id);

-- What is open now is noted by the number that its update said; all others when they are heard of again.
insert into waybell.waybill_numbers (waybill_id, tracking_no)
select distinct on (waybill_id) waybill_id, input ->> 'trackingNo'
  from waybell.express_updates
 where state = 'open' and input ->> 'trackingNo' is not null
 order by waybill_id, seq desc
on conflict do nothing;
