import type { ClosedDelivery } from '../shipment/why-no-restart';
import type { NotificationRef } from '../shipment/delivery';
import type { ShipmentUpdate } from '../shipment/update';
import { findDevices } from './find-devices';
import type { Queryable } from './pool';

/** Larger than every round: whatever was not accepted was tried before it. */
const AFTER_ALL_ROUNDS = 2_147_483_647;

export interface RestartFacts extends ClosedDelivery {
  /** What the delivery was started with; `null` in rows from before it was stored. */
  readonly update: ShipmentUpdate | null;
  readonly runId: string | null;
}

type NotificationFacts = NotificationRef & { readonly accepted: number; readonly failed: number };

/**
 * What PostgreSQL holds of a delivery that a person wants to start again.
 * @param only ids or cids of the devices that are asked for; all when absent
 */
export async function selectRestartFacts(
  db: Queryable,
  workflowId: string,
  only?: readonly string[],
): Promise<RestartFacts | null> {
  const { rows } = await db.query<
    Pick<RestartFacts, 'verdict' | 'leftOpen' | 'update' | 'runId' | 'newerStatus'> & {
      notifications: readonly NotificationFacts[];
    }
  >(
    `select own.verdict, own.state = 'open' as "leftOpen", own.input as update, own.run_id as "runId",
            (select newer.status from waybell.express_updates newer
              where newer.waybill_id = own.waybill_id and newer.verdict = 'announce' and newer.seq > own.seq
              order by newer.seq desc limit 1) as "newerStatus",
            (select coalesce(jsonb_agg(jsonb_build_object(
                      'messageId', n.message_id, 'audience', n.aud, 'recipientId', n.recipient_id::text,
                      'accepted', p.accepted, 'failed', p.failed)), '[]')
               from public.express_notifications n
               cross join lateral (
                 select count(*) filter (where state = 'accepted') as accepted,
                        count(*) filter (where state in ('failed', 'retry', 'claimed')) as failed
                   from waybell.express_pushes where message_id = n.message_id) p
              where n.workflow_id = own.workflow_id) as notifications
       from waybell.express_updates own
      where own.workflow_id = $1`,
    [workflowId],
  );
  const [row] = rows;
  if (!row) return null;
  let deviceLeft = false;
  for (const notification of row.notifications) {
    const found = await findDevices(db, { notification, round: AFTER_ALL_ROUNDS, only, limit: 1 });
    deviceLeft ||= found.length > 0;
  }
  return { ...row, deviceLeft, someDevices: only !== undefined };
}
