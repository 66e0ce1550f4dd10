import type { DeliveryLab, Parcel } from './delivery-lab';

/** A parcel whose buyer has many phones; the merchant has one, so that the delivery ends. */
export async function parcelOfMany(lab: DeliveryLab, phones: number): Promise<Parcel & { cids: string[] }> {
  const parcel = await lab.parcel({ user: 0, merchant: 1 });
  const cids = Array.from({ length: phones }, (_, i) => `many-${parcel.trackingNo}-${i}`);
  await lab.db.pool.query(`insert into push_devices (cid, user_id) select unnest($1::text[]), $2`, [
    cids,
    parcel.userId,
  ]);
  return { ...parcel, cids: [...parcel.cids, ...cids] };
}
