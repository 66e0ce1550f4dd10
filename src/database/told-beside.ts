import type { Audience } from '../shipment/update';
import { OTHER_ORDER } from '../shipment/who-is-told';
import type { Queryable } from './pool';
import { IS_FORMER } from './waybill-numbers';

/**
 * An update that several rows of the shop with one number are told of. Their deliveries are known by their ids, which
 * begin alike, and found by the number under which each row was when it was decided about.
 */
export interface SharedUpdate {
  readonly trackingNo: string;
  /** Of the delivery that was started first. */
  readonly firstWorkflowId: string;
  /** Of the delivery that asks, which is left out. */
  readonly workflowId: string;
}

/** A message about the same news of another row. */
export interface MessageBeside {
  readonly workflowId: string;
  readonly audience: Audience;
  readonly recipientId: string;
  /** Whoever it is for was told, or will be. */
  readonly tells: boolean;
  /** It was left to the message of another row. */
  readonly isLeft: boolean;
}

/** The messages of the other rows about the same update. */
export async function selectMessagesBeside(
  db: Queryable,
  { trackingNo, firstWorkflowId, workflowId }: SharedUpdate,
): Promise<MessageBeside[]> {
  const { rows } = await db.query<MessageBeside>(
    `select n.workflow_id as "workflowId", n.aud as audience, n.recipient_id::text as "recipientId",
            n.send_status is distinct from 'superseded' and not ${IS_FORMER('u.waybill_id')}
              or exists (select from waybell.express_pushes p
                          where p.message_id = n.message_id and p.state in ('accepted', 'claimed')) as tells,
            n.send_status = 'superseded' and n.last_error = '${OTHER_ORDER}' as "isLeft"
       from waybell.waybill_numbers k
       join waybell.express_updates u on u.waybill_id = k.waybill_id and u.verdict = 'announce'
        and (u.workflow_id = $2 or starts_with(u.workflow_id, $2 || '~'))
       join public.express_notifications n on n.workflow_id = u.workflow_id
      where k.tracking_no = any ($1) and u.workflow_id <> $3`,
    [[trackingNo, trackingNo.toLowerCase()], firstWorkflowId, workflowId],
  );
  return rows;
}
