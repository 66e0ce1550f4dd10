import type { ShopTables } from '../config/config';
import { PICKUP_CODE_DAYS, SAYS_NO_PLACE } from '../shipment/pickup-wait';
import { linkedOrder } from './find-recipients';
import { isSamePerson, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { batch, BATCH, type Batch } from './retention';
import { readOrders } from './schema/order-access';

/** The pickup codes that one update told, sealed. */
export interface SealedCodes {
  readonly workflowId: string;
  /** ISO 8601. */
  readonly scannedAt: string;
  readonly sealed: string;
}

/** Codes, and when the request came that told them. */
export interface ReceivedCodes extends SealedCodes {
  readonly receivedAt: Date;
}

/** SQL: whether the parcel of an update waits to be collected, by the newest decision that says where it is. */
const waits = (update: string): string => `(
  select newest.decision ->> 'status' = 'available_for_pickup'
    from waybell.express_updates newest
   where newest.waybill_id = ${update}.waybill_id
     and newest.decision ->> 'status' not in (${SAYS_NO_PLACE.map((status) => `'${status}'`).join(', ')})
   order by newest.seq desc limit 1)`;

const OLD = `now() - interval '${PICKUP_CODE_DAYS} days'`;

/**
 * Keeps the codes of updates, or their newer version: of the newer scan, and of one scan that of the newer request,
 * whichever process writes first. Not of a parcel that was collected meanwhile, nor what is too old:
 * a request that is sent again brings nothing back.
 */
export async function insertPickupCodes(db: Queryable, told: readonly ReceivedCodes[]): Promise<void> {
  if (told.length === 0) return;
  await db.query(
    `insert into waybell.pickup_codes as known (workflow_id, scanned_at, received_at, sealed)
     select distinct on (told."workflowId") told."workflowId", told."scannedAt", told."receivedAt", told.sealed
       from rows from (jsonb_to_recordset($1::jsonb)
                       as ("workflowId" text, "scannedAt" timestamptz, "receivedAt" timestamptz, sealed text))
              with ordinality as told("workflowId", "scannedAt", "receivedAt", sealed, position)
      where told."scannedAt" > ${OLD}
        and not exists (select from waybell.express_updates decided
                         where decided.workflow_id = told."workflowId" and not ${waits('decided')})
      order by told."workflowId", told."scannedAt" desc, told."receivedAt" desc, told.position desc
     on conflict (workflow_id) do update
        set scanned_at = excluded.scanned_at, received_at = excluded.received_at, sealed = excluded.sealed
      where (excluded.scanned_at, excluded.received_at) >= (known.scanned_at, known.received_at)`,
    [JSON.stringify(told)],
  );
}

/** Codes for their owner. */
export interface ShownCodes extends Pick<SealedCodes, 'workflowId' | 'sealed'> {
  /** The message, or the parcel, that is shown with them. */
  readonly shownWith: string;
}

/** SQL: of the parcel of the update `told`, the newest codes that are not too old. */
const newestCodes = (told: string): string => `
  select c.workflow_id, c.sealed
    from waybell.express_updates u join waybell.pickup_codes c on c.workflow_id = u.workflow_id
   where u.waybill_id = ${told}.waybill_id and u.instance = ${told}.instance and c.scanned_at > ${OLD}
   order by c.scanned_at desc, c.received_at desc, u.seq desc limit 1`;

/**
 * The newest codes of each parcel that one of these notifications tells this user to collect, while it waits and its
 * order is still theirs.
 */
export async function selectPickupCodes(
  db: Queryable,
  tables: ShopTables,
  userId: string,
  messageIds: readonly string[],
): Promise<ShownCodes[]> {
  if (messageIds.length === 0) return [];
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<ShownCodes>(
      `select n.message_id as "shownWith", codes.workflow_id as "workflowId", codes.sealed
         from public.express_notifications n
         join waybell.express_updates told on told.workflow_id = n.workflow_id
         cross join lateral (${newestCodes('told')}) codes
         cross join lateral (${linkedOrder('told.waybill_id', tables, types, access)}) linked
        where n.message_id = any ($1) and n.aud = 'user' and n.status = 'available_for_pickup'
          and ${isSamePerson('linked.user_id', '$2::text', types.userId)}
          and ${waits('told')}`,
      [messageIds, userId],
    );
    return rows;
  });
}

/** The newest codes of each of these parcels of this user that waits, while its order is still theirs. */
export async function selectParcelCodes(
  db: Queryable,
  tables: ShopTables,
  userId: string,
  waybillIds: readonly string[],
): Promise<ShownCodes[]> {
  if (waybillIds.length === 0) return [];
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<ShownCodes>(
      `select told.waybill_id as "shownWith", codes.workflow_id as "workflowId", codes.sealed
         from unnest($1::text[]) as asked(waybill_id)
         cross join lateral (
           select u.waybill_id, u.instance from waybell.express_updates u
            where u.waybill_id = asked.waybill_id order by u.seq desc limit 1) told
         cross join lateral (${newestCodes('told')}) codes
         cross join lateral (${linkedOrder('told.waybill_id', tables, types, access)}) linked
        where ${isSamePerson('linked.user_id', '$2::text', types.userId)} and ${waits('told')}`,
      [waybillIds, userId],
    );
    return rows;
  });
}

/** Forgets the codes of a parcel that does not wait any more. */
export async function deletePickupCodes(db: Queryable, waybillId: string): Promise<void> {
  await db.query(
    `delete from waybell.pickup_codes
      where workflow_id in (select workflow_id from waybell.express_updates where waybill_id = $1)`,
    [waybillId],
  );
}

/** Forgets the codes that nobody has come with. */
export async function deleteOldPickupCodes(db: Queryable): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.pickup_codes
      where workflow_id = any (array(
        select workflow_id from waybell.pickup_codes
         where scanned_at <= ${OLD} order by scanned_at limit ${BATCH}))`,
  );
  return batch(rowCount);
}

/**
 * Forgets, of the next codes after this one, those that were written beside the decision that ended the waiting, when
 * neither saw the other.
 * @returns after which one it goes on; `null` at the end
 */
export async function deleteEndedPickupCodes(db: Queryable, after: string): Promise<string | null> {
  const { rows } = await db.query<{ last: string | null }>(
    `with page as (
       select workflow_id from waybell.pickup_codes
        where workflow_id > $1 order by workflow_id limit ${BATCH}),
     ended as (
       delete from waybell.pickup_codes
        where workflow_id = any (array(
          select told.workflow_id from page join waybell.express_updates told on told.workflow_id = page.workflow_id
           where not ${waits('told')})))
     select case when count(*) = ${BATCH} then max(workflow_id) end as last from page`,
    [after],
  );
  return rows[0]?.last ?? null;
}
