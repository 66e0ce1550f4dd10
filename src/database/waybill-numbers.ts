import type { ShopTables } from '../config/config';
import { carrierNames, type Carriers } from '../shipment/carriers';
import { rowOfCarrier } from '../shipment/choose-waybill';
import { isRenumbered, isSameNumber, type NotedNumber } from '../shipment/renumbered';
import { fittedId, type IdTypes, named, readIdTypesNow } from './ids';
import { recallParcel } from './parcel-memories';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';
import { type KnownWaybill, selectWaybillForUpdate, type ShopWaybills } from './waybills';

/**
 * A parcel is known by its row in the shop's table, and the shop corrects rows: a number that was typed wrong, a label
 * that was put on anew, another carrier. Then another parcel begins in the row. What is known of the number before goes
 * on under an id that is none of the shop's, so that no scan of it counts for the new one, and none is lost.
 *
 * It is seen by comparison, when something is heard of the row or of its number, and by the sweep: a trigger would need
 * the owner of the shop's table, and hold its writes up.
 */
const FORMER = 'former:';

export const isFormer = (waybillId: string): boolean => waybillId.startsWith(FORMER);
/** SQL: the same of the text `waybill`. */
export const IS_FORMER = (waybill: string): string => `starts_with(${waybill}, '${FORMER}')`;

/**
 * SQL: whether the row of the text `waybill` has another number than when it was decided about: the sweep begins another
 * parcel in it within a minute.
 */
export function hasAnotherNumber(waybill: string, tables: ShopTables, { waybillId }: IdTypes): string {
  const { waybills } = shopNames(tables);
  const number = named(`b.${waybills.trackingNo}`);
  return `exists (select from waybell.waybill_numbers k
                    join ${waybills.name} b on b.${waybills.id} = ${fittedId('k.waybill_id', waybillId)}
                   where k.waybill_id = ${waybill} and upper(${number}) <> upper(${named('k.tracking_no')}))`;
}

/** Late scans of a number come within days; after so long the carrier has given it to another parcel. */
const LATE = `interval '180 days'`;
/** Rows of one sweep: more are corrected by a mistake, or one after the other. */
const MOST_OF_A_SWEEP = 500;

/** Begins another parcel in each row whose number or carrier is another one since it was heard of. Needs their locks. */
export async function settleNumbers(
  db: Queryable,
  carriers: Carriers,
  rows: readonly KnownWaybill[],
): Promise<KnownWaybill[]> {
  const settled: KnownWaybill[] = [];
  for (const row of rows) settled.push(await settleNumber(db, carriers, row));
  return settled;
}

async function settleNumber(db: Queryable, carriers: Carriers, row: KnownWaybill): Promise<KnownWaybill> {
  if (row.noted === null || !isRenumbered(row, row.noted, carriers)) return row;
  // Whoever held the row before may have begun its parcel: the statement that waited for the row has not seen that.
  const noted = (await selectNotedOf(db, row.id)) ?? null;
  if (noted === null || !isRenumbered(row, noted, carriers)) return { ...row, noted };
  if (isSameNumber(row, noted) && (await wasToldUnder(db, carriers, row, noted.firstInstance)))
    return { ...row, noted };
  return { ...row, noted: await beginParcel(db, row, noted) };
}

/**
 * Whether its scans came under the carrier that the shop names now: the shop has followed its source. Where numbers are
 * unique, the row of another carrier has taken them.
 */
async function wasToldUnder(
  db: Queryable,
  carriers: Carriers,
  { id, carrier, tracking_no: trackingNo }: KnownWaybill,
  firstInstance: number,
): Promise<boolean> {
  const { rows } = await db.query<{ told: boolean }>(
    `select exists (select from waybell.carrier_corrections
                     where carrier = any ($1) and tracking_no = upper($2) and waybill_id = $3)
         or exists (select from waybell.express_updates
                     where waybill_id = $3 and instance >= $4 and input ->> 'carrier' = any ($1)) as told`,
    [carrierNames(carriers, carrier ?? ''), trackingNo, id, firstInstance],
  );
  return rows[0]?.told ?? false;
}

async function beginParcel(db: Queryable, row: KnownWaybill, noted: NotedNumber): Promise<NotedNumber> {
  const former = `${FORMER}${row.id}:${noted.firstInstance}`;
  await recallParcel(db, row.id);
  const { rows } = await db.query<{ next: number }>(
    `select greatest(max(instance), $2::int) + 1 as next
       from (select instance from waybell.platform_express_events where waybill_id = $1
             union all
             select instance from waybell.express_updates where waybill_id = $1) known`,
    [row.id, noted.firstInstance],
  );
  const next = { carrier: row.carrier, trackingNo: row.tracking_no, firstInstance: rows[0]?.next ?? 1 };
  await db.query(
    `with scans as (
       update waybell.platform_express_events set waybill_id = $2 where waybill_id = $1),
     updates as (
       update waybell.express_updates set waybill_id = $2 where waybill_id = $1),
     waits as (
       update waybell.express_waits set waybill_id = $2 where waybill_id = $1),
     corrections as (
       update waybell.carrier_corrections set waybill_id = $2
        where waybill_id = $1 and tracking_no = upper($3)),
     noted as (
       update waybell.waybill_numbers
          set carrier = $4, tracking_no = $5, first_instance = $6, noted_at = now()
        where waybill_id = $1)
     insert into waybell.waybill_numbers (waybill_id, carrier, tracking_no, first_instance, former_of)
     values ($2, $7, $3, $8, $1)
     on conflict (waybill_id) do nothing`,
    [
      row.id,
      former,
      noted.trackingNo,
      next.carrier,
      next.trackingNo,
      next.firstInstance,
      noted.carrier,
      noted.firstInstance,
    ],
  );
  return next;
}

interface NumberRow extends NotedNumber {
  readonly id: string;
  readonly formerOf: string | null;
}

/** SQL: the columns of a `NumberRow`. */
const NOTED = `waybill_id as id, carrier, tracking_no as "trackingNo", first_instance as "firstInstance",
               former_of as "formerOf"`;

/**
 * Finds the parcel of a number that a row of the shop had before, where no row has it now. It has no order, and stands
 * in no table of the shop.
 */
export async function findFormerParcel(
  db: Queryable,
  shop: ShopWaybills,
  { carrier, trackingNo }: { readonly carrier: string; readonly trackingNo: string },
): Promise<KnownWaybill | undefined> {
  const noted = await selectNoted(db, trackingNo);
  // Nobody may have looked at its row since the shop corrected it.
  const current = noted.filter(({ formerOf }) => formerOf === null);
  for (const { id } of current) await settleRow(db, shop, id);
  const known = current.length > 0 ? await selectNoted(db, trackingNo) : noted;
  const former = known.filter(({ formerOf }) => formerOf !== null).map(asWaybill);
  return rowOfCarrier(former, carrier, shop.carriers);
}

async function selectNoted(db: Queryable, trackingNo: string): Promise<NumberRow[]> {
  const { rows } = await db.query<NumberRow>(
    `select ${NOTED}
       from waybell.waybill_numbers
      where tracking_no = any ($1) and noted_at > now() - ${LATE}
      order by noted_at desc limit 100`,
    [[trackingNo, trackingNo.toLowerCase()]],
  );
  return rows;
}

const asWaybill = ({ id, ...noted }: NumberRow): KnownWaybill => ({
  ...{ id, carrier: noted.carrier, tracking_no: noted.trackingNo, order_id: null, status: null, noted },
});

/** What is noted of one waybill, as it is committed by now. */
async function selectNotedOf(db: Queryable, id: string): Promise<NumberRow | undefined> {
  const { rows } = await db.query<NumberRow>(
    `select ${NOTED} from waybell.waybill_numbers where waybill_id = $1`,
    [id],
  );
  return rows[0];
}

/** The parcel of a former number, by its id; nothing where it is forgotten. */
export async function selectFormerParcel(db: Queryable, id: string): Promise<KnownWaybill | undefined> {
  const noted = await selectNotedOf(db, id);
  return noted && asWaybill(noted);
}

/**
 * As `settleNumbers`, for a row that is known by its id; what is only spelled otherwise is noted so. A row that has no
 * number at the moment stays noted under its last one.
 */
export async function settleRow(db: Queryable, shop: ShopWaybills, waybillId: string): Promise<void> {
  const row = await selectWaybillForUpdate(db, shop.shopTables, waybillId);
  if (!row) return;
  await settleNumber(db, shop.carriers, row);
  await db.query(
    `update waybell.waybill_numbers set carrier = $2, tracking_no = $3
      where waybill_id = $1 and (carrier, tracking_no) is distinct from ($2::text, $3::text)
        and ${named('$3::text')} is not null`,
    [row.id, row.carrier, row.tracking_no],
  );
}

/** Rows whose number or carrier is spelled otherwise since, of those with a delivery that waits or pushes. */
export async function findRespelled(db: Queryable, tables: ShopTables): Promise<string[]> {
  const { waybills } = shopNames(tables);
  const types = await readIdTypesNow(db, tables);
  const { rows } = await db.query<{ id: string }>(
    `select distinct k.waybill_id as id
       from waybell.express_updates u
       join waybell.waybill_numbers k on k.waybill_id = u.waybill_id
       join ${waybills.name} b on b.${waybills.id} = ${fittedId('k.waybill_id', types.waybillId)}
      where u.state = 'open' and ${named(`b.${waybills.trackingNo}`)} is not null
        and (b.${waybills.trackingNo} is distinct from k.tracking_no or b.${waybills.carrier} is distinct from k.carrier)
      limit ${MOST_OF_A_SWEEP}`,
  );
  return rows.map(({ id }) => id);
}
