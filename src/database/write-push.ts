import type { PushResult, PushState } from '../shipment/delivery';
import type { Queryable } from './pool';

/** What a provider answered to one try. */
export interface PushEnd {
  readonly state: PushState | 'retry';
  readonly reason: string;
  readonly words: string;
  /** True when the provider certainly did not take the message: the next try needs a new request id. */
  readonly definite: boolean;
  /** What the provider calls the push, for its receipts. */
  readonly providerId?: string;
}

/** Writes the answer of one try. */
export async function writePush(
  db: Queryable,
  key: { messageId: string; deviceId: string },
  end: PushEnd,
): Promise<void> {
  await db.query(
    `update waybell.express_pushes
        set state = $3, code = $4, words = $5, answered_at = now(), generation = generation + $6,
            provider_id = coalesce($7, provider_id)
      where message_id = $1 and device_id = $2 and state = 'claimed'`,
    [key.messageId, key.deviceId, end.state, end.reason, end.words, end.definite ? 1 : 0, end.providerId],
  );
}

/**
 * Writes all results of a round again: a push whose own write failed after the provider had accepted it,
 * or that never got a row because it was superseded or moved, is as visible as the others.
 */
export async function writeResults(
  db: Queryable,
  workflowId: string,
  round: number,
  results: readonly PushResult[],
): Promise<void> {
  if (results.length === 0) return;
  await db.query(
    `insert into waybell.express_pushes as p
       (message_id, device_id, workflow_id, cid, provider, state, round, code, words, answered_at)
     select r."messageId", r."deviceId", $1, '…' || r."cidTail", '', r.state, $2::int, r.reason, r.words, now()
       from jsonb_to_recordset($3::jsonb)
         as r("messageId" text, "deviceId" text, "cidTail" text, state text, reason text, words text)
     on conflict (message_id, device_id) do update
        set state = excluded.state, code = excluded.code, words = excluded.words,
            round = excluded.round, answered_at = now(),
            -- A rejection whose own write failed used its request id up; one that was given up may not have.
            generation = p.generation
              + case when excluded.state = 'failed' and excluded.code <> 'gave_up' then 1 else 0 end
      where p.state <> excluded.state and p.state <> 'accepted'`,
    [workflowId, round, JSON.stringify(results)],
  );
}
