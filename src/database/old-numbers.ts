import type { Queryable } from './pool';
import { batch, BATCH, type Batch } from './retention';

/** SQL: there is no row of the table about the noted number `k`. Not "not exists": for that PostgreSQL may read the table. */
const hasNone = (table: string): string =>
  `(select true from ${table} t where t.waybill_id = k.waybill_id limit 1) is null`;

/** SQL: of the noted number `k` nothing is known but, maybe, a memory of its parcel. */
const IS_QUIET = hasNone('waybell.express_updates');

/**
 * Forgets numbers that were noted long ago and of which nothing is known any more. Of a row that was corrected it stays
 * how many parcels it was: a message of the next one must not have the id of one of those before.
 */
export async function forgetNumbers(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `with old as (
       select k.waybill_id from waybell.waybill_numbers k
        where k.noted_at < now() - $1 * interval '1 day' and k.tracking_no <> '' and ${IS_QUIET}
        order by k.noted_at limit ${BATCH}),
     emptied as (
       update waybell.waybill_numbers k set carrier = null, tracking_no = ''
         from old where k.waybill_id = old.waybill_id and k.first_instance > 1 and k.former_of is null
       returning k.waybill_id),
     forgotten as (
       delete from waybell.waybill_numbers k
        using old where k.waybill_id = old.waybill_id and (k.first_instance = 1 or k.former_of is not null)
       returning k.waybill_id)
     select from emptied union all select from forgotten`,
    [days],
  );
  return batch(rowCount);
}

/** Forgets the rest of them, where no notification of the row can be left either. */
export async function deleteEmptiedNumbers(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.waybill_numbers
      where waybill_id = any (array(
        select k.waybill_id from waybell.waybill_numbers k
         where k.noted_at < now() - $1 * interval '1 day' and k.tracking_no = '' and ${IS_QUIET}
           and ${hasNone('waybell.parcel_memories')}
         order by k.noted_at limit ${BATCH}))`,
    [days],
  );
  return batch(rowCount);
}
