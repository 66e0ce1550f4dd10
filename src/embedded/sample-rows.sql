-- One order of one buyer at one merchant, its parcel, the buyer's two phones and the merchant's one.
insert into ml_orders (id, user_id, merchant_id)
values ('ORDER_20260206_0007', 'user-0007', 'merchant-0007')
on conflict do nothing;

insert into platform_express_waybills (carrier, tracking_no, order_id)
select 'yto', 'TEST_YT_20260206_0007', 'ORDER_20260206_0007'
 where not exists (
   select from platform_express_waybills where carrier = 'yto' and tracking_no = 'TEST_YT_20260206_0007'
 );

insert into push_devices (appid, cid, user_id, merchant_id, platform)
values
  ('default', 'demo-phone-buyer-1', 'user-0007', null, 'android'),
  ('default', 'demo-phone-buyer-2', 'user-0007', null, 'ios'),
  ('default', 'demo-phone-shop-1', null, 'merchant-0007', 'android')
on conflict do nothing;
