import type { Queryable } from './pool';

/** The waybill that was told under another carrier before its source corrected itself. */
export async function selectCorrectedWaybill(
  db: Queryable,
  carrier: string,
  trackingNo: string,
): Promise<string | null> {
  const { rows } = await db.query<{ waybill_id: string }>(
    'select waybill_id from waybell.carrier_corrections where carrier = $1 and tracking_no = $2',
    [carrier, trackingNo],
  );
  return rows[0]?.waybill_id ?? null;
}

export async function insertCorrection(
  db: Queryable,
  carrier: string,
  trackingNo: string,
  waybillId: string,
): Promise<void> {
  await db.query(
    `insert into waybell.carrier_corrections (carrier, tracking_no, waybill_id) values ($1, $2, $3)
     on conflict (carrier, tracking_no) do nothing`,
    [carrier, trackingNo, waybillId],
  );
}
