import type { Attention } from '../shipment/send-status';
import type { Audience } from '../shipment/update';
import { isoTime } from './parcel-events';
import type { Queryable } from './pool';

export const WAIT_KINDS = ['order', 'device', 'retry'] as const;
export type WaitKind = (typeof WAIT_KINDS)[number];

export const WAIT_KIND_OF_ATTENTION: Readonly<Record<Attention, WaitKind>> = {
  'order-not-found': 'order',
  'no-targets': 'device',
  'push-failed': 'retry',
};

/** What the wait `w` is called where people read of it. */
export const ATTENTION_OF_WAIT = `case w.kind ${Object.entries(WAIT_KIND_OF_ATTENTION)
  .map(([attention, kind]) => `when '${kind}' then '${attention}'`)
  .join(' ')} end`;

/**
 * Of a row `w`: its delivery still waits for it. While a delivery waits for something else, a wait whose time is over
 * keeps its row, and nobody waits for it any more. When all are over, the delivery should be closed.
 */
export const STILL_WAITED_FOR = `not (w.deadline <= now() and exists (
  select from waybell.express_waits other where other.workflow_id = w.workflow_id and other.deadline > now()))`;

export interface Wait {
  readonly kind: WaitKind;
  readonly audience: Audience | '';
  readonly ownerId: string;
  readonly limitMs: number;
}

export interface WaitState {
  /** ISO 8601 in UTC. */
  readonly until: string;
  readonly expired: boolean;
}

/**
 * Writes what a delivery waits for; the first deadline stays. Its commit comes before the delivery's last
 * look, so that whoever changes the condition afterwards finds the row.
 */
export async function upsertWait(db: Queryable, workflowId: string, wait: Wait): Promise<WaitState> {
  const { rows } = await db.query<WaitState>(
    `insert into waybell.express_waits as w (workflow_id, kind, audience, owner_id, waybill_id, deadline)
     select u.workflow_id, $2::text, $3::text, $4::text, u.waybill_id, now() + $5 * interval '1 millisecond'
       from waybell.express_updates u
      where u.workflow_id = $1
     on conflict (workflow_id, kind, audience) do update set owner_id = excluded.owner_id
     returning ${isoTime('w.deadline')} as until, w.deadline <= now() as expired`,
    [workflowId, wait.kind, wait.audience, wait.ownerId, wait.limitMs],
  );
  const state = rows[0];
  if (!state) throw new Error(`no stored decision for ${workflowId}`);
  return state;
}

/** Forgets the waits of one kind for whose audiences has come what they wait for. */
export async function deleteEndedWaits(
  db: Queryable,
  workflowId: string,
  kind: WaitKind,
  audiences: readonly Wait['audience'][],
): Promise<void> {
  await db.query(
    `delete from waybell.express_waits where workflow_id = $1 and kind = $2 and audience = any ($3)`,
    [workflowId, kind, audiences],
  );
}

/** Forgets what is no longer waited for. `keep` names the rest as `<kind>/<audience>`. */
export async function deleteOtherWaits(
  db: Queryable,
  workflowId: string,
  keep: readonly string[],
): Promise<void> {
  await db.query(
    `delete from waybell.express_waits
      where workflow_id = $1 and not (kind || '/' || audience) = any ($2)`,
    [workflowId, keep],
  );
}
