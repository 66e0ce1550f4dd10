import type { PushState } from '../shipment/delivery';
import type { Queryable } from './pool';

/** What happened to one notification on one device. */
export interface Push {
  readonly device_id: string;
  readonly cid: string;
  readonly provider: string;
  readonly state: 'claimed' | 'retry' | PushState;
  readonly code: string | null;
  readonly words: string | null;
  readonly attempts: number;
  readonly claimed_at: Date;
  readonly answered_at: Date | null;
  readonly delivered_at: Date | null;
  readonly loss_reason: string | null;
  readonly loss_words: string | null;
  readonly shown_at: Date | null;
  readonly clicked_at: Date | null;
}

/** As many as a person reads; the newest first. */
const LIMIT = 500;

export async function listPushes(db: Queryable, messageId: string): Promise<Push[]> {
  const { rows } = await db.query<Push>(
    `select device_id, cid, provider, state, code, words, attempts, claimed_at, answered_at,
            delivered_at, loss_reason, loss_words, shown_at, clicked_at
       from waybell.express_pushes
      where message_id = $1
      order by claimed_at desc
      limit ${LIMIT}`,
    [messageId],
  );
  return rows;
}
