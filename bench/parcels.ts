import type pg from 'pg';

/** A parcel that is on its way: its order, its buyer with one phone, its merchant with one phone. */
export interface Parcel {
  readonly trackingNo: string;
  readonly cids: readonly [buyer: string, merchant: string];
}

/** The phones of a parcel's buyer and merchant. */
export const phonesOf = (trackingNo: string): Parcel['cids'] => [
  `buyer-phone-${trackingNo}`,
  `shop-phone-${trackingNo}`,
];

/** Adds parcels that nobody has reported yet. Shop and phones are the same tables in both systems. */
export async function addParcels(
  database: pg.Pool | pg.Client,
  prefix: string,
  count: number,
): Promise<Parcel[]> {
  const { rows } = await database.query<{ no: string }>(
    `with parcel as materialized (select $1 || lpad(i::text, 6, '0') as no from generate_series(1, $2::int) i),
          ordered as (insert into ml_orders (id, user_id, merchant_id)
                      select 'order-' || no, 'buyer-' || no, 'shop-' || no from parcel),
          sent as (insert into platform_express_waybills (carrier, tracking_no, order_id)
                   select 'yto', no, 'order-' || no from parcel),
          phones as (insert into push_devices (appid, cid, user_id, merchant_id, platform)
                     select 'default', 'buyer-phone-' || no, 'buyer-' || no, null, 'android' from parcel
                     union all
                     select 'default', 'shop-phone-' || no, null, 'shop-' || no, 'android' from parcel)
     select no from parcel order by no`,
    [prefix, count],
  );
  return rows.map(({ no }) => ({ trackingNo: no, cids: phonesOf(no) }));
}
