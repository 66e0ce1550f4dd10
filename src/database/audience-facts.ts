import type { SendStatus } from '../shipment/send-status';
import type { Queryable } from './pool';

/** How the pushes of one notification ended so far. */
export async function countPushes(
  db: Queryable,
  messageId: string,
): Promise<{ accepted: number; failed: number }> {
  const { rows } = await db.query<{ accepted: number; failed: number }>(
    `select count(*) filter (where state = 'accepted')::int as accepted,
            count(*) filter (where state in ('failed', 'retry', 'claimed'))::int as failed
       from waybell.express_pushes
      where message_id = $1`,
    [messageId],
  );
  return rows[0] ?? { accepted: 0, failed: 0 };
}

/** Writes how far a notification got, in the seed's columns. */
export async function writeSendStatus(
  db: Queryable,
  messageId: string,
  sendStatus: SendStatus,
  lastError: string | null,
): Promise<void> {
  await db.query(
    `update public.express_notifications
        set send_status = $2, last_error = $3, updated_at = now()
      where message_id = $1`,
    [messageId, sendStatus, lastError],
  );
}
