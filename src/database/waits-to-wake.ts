import type { Audience } from '../shipment/update';
import type { Queryable } from './pool';

/** Whose waits a change may end. */
export type WakeReason =
  | { readonly kind: 'device'; readonly audience: Audience; readonly ownerId: string }
  | { readonly kind: 'order'; readonly waybillId: string };

/** An owner who comes back after weeks is told about this many parcels at once; the sweep does the rest. */
const MOST_PER_OWNER = 20;

/**
 * Finds the deliveries that wait for what has just come, the newest of each waybill: an older one has nothing
 * left to say. Read after the change is committed, so that a wait written meanwhile is not missed.
 */
export async function findWaitsToWake(db: Queryable, reason: WakeReason): Promise<string[]> {
  const [condition, values] =
    reason.kind === 'device'
      ? [`w.audience = $2 and w.owner_id = $3`, [reason.audience, reason.ownerId]]
      : [`w.waybill_id = $2`, [reason.waybillId]];
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id
       from (select distinct on (w.waybill_id) w.workflow_id, u.seq
               from waybell.express_waits w
               left join waybell.express_updates u on u.workflow_id = w.workflow_id
              where w.kind = $1 and ${condition}
              order by w.waybill_id, u.seq desc nulls last) newest
      order by seq desc nulls last
      limit ${MOST_PER_OWNER}`,
    [reason.kind, ...values],
  );
  return rows.map((row) => row.workflow_id);
}
