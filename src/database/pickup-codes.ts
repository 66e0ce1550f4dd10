import type { ShopTables } from '../config/config';
import { PICKUP_CODE_DAYS, SAYS_NO_PLACE } from '../shipment/pickup-wait';
import { isSamePerson, linkedOrder } from './find-recipients';
import { readIdTypes } from './ids';
import type { Queryable } from './pool';
import type { Batch } from './retention';
import { readOrders } from './schema/order-access';

/** The pickup codes that one update told, sealed. */
export interface SealedCodes {
  readonly workflowId: string;
  /** ISO 8601. */
  readonly scannedAt: string;
  readonly sealed: string;
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
 * Keeps the codes of updates, or their newer version. Not of a parcel that was collected meanwhile, nor what is too old:
 * a request that is sent again brings nothing back.
 */
export async function insertPickupCodes(db: Queryable, told: readonly SealedCodes[]): Promise<void> {
  if (told.length === 0) return;
  await db.query(
    `insert into waybell.pickup_codes as known (workflow_id, scanned_at, sealed)
     select distinct on (told."workflowId") told."workflowId", told."scannedAt", told.sealed
       from rows from (jsonb_to_recordset($1::jsonb) as ("workflowId" text, "scannedAt" timestamptz, sealed text))
              with ordinality as told("workflowId", "scannedAt", sealed, position)
      where told."scannedAt" > ${OLD}
        and not exists (select from waybell.express_updates decided
                         where decided.workflow_id = told."workflowId" and not ${waits('decided')})
      order by told."workflowId", told.position desc
     on conflict (workflow_id) do update set scanned_at = excluded.scanned_at, sealed = excluded.sealed
      where known.scanned_at <= excluded.scanned_at`,
    [JSON.stringify(told)],
  );
}

/** The codes for one notification. */
export interface CodesOfNotification extends Pick<SealedCodes, 'workflowId' | 'sealed'> {
  readonly messageId: string;
}

/**
 * The newest codes of each parcel that one of these notifications tells this user to collect, while it waits and its
 * order is still theirs.
 */
export async function selectPickupCodes(
  db: Queryable,
  tables: ShopTables,
  userId: string,
  messageIds: readonly string[],
): Promise<CodesOfNotification[]> {
  if (messageIds.length === 0) return [];
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<CodesOfNotification>(
      `select n.message_id as "messageId", codes.workflow_id as "workflowId", codes.sealed
         from public.express_notifications n
         join waybell.express_updates told on told.workflow_id = n.workflow_id
         cross join lateral (
           select c.workflow_id, c.sealed
             from waybell.express_updates u join waybell.pickup_codes c on c.workflow_id = u.workflow_id
            where u.waybill_id = told.waybill_id and u.instance = told.instance and c.scanned_at > ${OLD}
            order by c.scanned_at desc, u.seq desc limit 1) codes
         cross join lateral (${linkedOrder('told.waybill_id', tables, types, access)}) linked
        where n.message_id = any ($1) and n.aud = 'user' and n.status = 'available_for_pickup'
          and ${isSamePerson('linked.user_id', '$2::text', types.userId)}
          and ${waits('told')}`,
      [messageIds, userId],
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

/** Rows of one statement. */
const BATCH = 500;

/** Forgets the codes that nobody has come with, and what was written beside the decision that ended the waiting. */
export async function deleteOldPickupCodes(db: Queryable): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.pickup_codes
      where workflow_id = any (array(
        select c.workflow_id
          from waybell.pickup_codes c left join waybell.express_updates told on told.workflow_id = c.workflow_id
         where c.scanned_at <= ${OLD} or not ${waits('told')}
         limit ${BATCH}))`,
  );
  return { more: rowCount === BATCH };
}
