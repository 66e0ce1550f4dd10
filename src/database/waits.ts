import { ATTENTION_OF, WAIT_KINDS, type WaitKind } from '../shipment/delivery';
import type { Audience } from '../shipment/update';
import { isoTime } from './parcel-events';
import type { Queryable } from './pool';

/** What the wait `w` is called where people read of it. */
export const ATTENTION_OF_WAIT = `case w.kind ${WAIT_KINDS.map(
  (kind) => `when '${kind}' then '${ATTENTION_OF[kind]}'`,
).join(' ')} end`;

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
  /** A person wants it told however old it is: the age of the news ends no wait. */
  readonly force?: boolean;
}

export interface WaitState {
  /** ISO 8601 in UTC. */
  readonly until: string;
  /** How long it is until then by the database's own clock; milliseconds. */
  readonly leftMs: number;
  readonly expired: boolean;
}

/**
 * Writes what a delivery waits for, no longer than its status may be told; the first deadline stays, unless somebody
 * has said since that it is to be told however old it is. Its commit comes before the delivery's last look, so that
 * whoever changes the condition afterwards finds the row.
 */
export async function upsertWait(db: Queryable, workflowId: string, wait: Wait): Promise<WaitState> {
  const { rows } = await db.query<WaitState>(
    `insert into waybell.express_waits as w (workflow_id, kind, audience, owner_id, waybill_id, deadline)
     select u.workflow_id, $2::text, $3::text, $4::text, u.waybill_id,
            least(now() + $5 * interval '1 millisecond', case when not $6::boolean then u.tell_until end)
       from waybell.express_updates u
      where u.workflow_id = $1
     on conflict (workflow_id, kind, audience) do update
        set owner_id = excluded.owner_id,
            deadline = case when $6::boolean then greatest(w.deadline, w.since + $5 * interval '1 millisecond')
                            else w.deadline end
     returning ${isoTime('w.deadline')} as until, w.deadline <= now() as expired,
               ceil(extract(epoch from w.deadline - now()) * 1000)::float8 as "leftMs"`,
    [workflowId, wait.kind, wait.audience, wait.ownerId, wait.limitMs, wait.force ?? false],
  );
  const state = rows[0];
  if (!state) throw new Error(`no stored decision for ${workflowId}`);
  return state;
}

/** By which a wait of a delivery is told from its others. */
export type WaitName = `${WaitKind}/${Wait['audience']}`;

/** Forgets the waits for which has come what they wait for. */
export async function deleteEndedWaits(
  db: Queryable,
  workflowId: string,
  ended: readonly WaitName[],
): Promise<void> {
  await db.query(
    `delete from waybell.express_waits where workflow_id = $1 and kind || '/' || audience = any ($2)`,
    [workflowId, ended],
  );
}

/** SQL: forgets what the delivery `$1` no longer waits for. `keep`: an array of the names of the rest. */
export const DELETE_OTHER_WAITS = (keep: string): string =>
  `delete from waybell.express_waits
    where workflow_id = $1 and not (kind || '/' || audience) = any (${keep})`;

/** Forgets all that a delivery waits for. */
export async function deleteWaits(db: Queryable, workflowId: string): Promise<void> {
  await db.query(`delete from waybell.express_waits where workflow_id = $1`, [workflowId]);
}

/** Whose waits a change may end. */
export type WakeReason =
  | {
      readonly kind: 'device';
      readonly audience: Audience;
      readonly ownerId: string;
      readonly deviceId: string;
    }
  | { readonly kind: 'order'; readonly waybillId: string };

/**
 * SQL: that the delivery of the wait `w` has not tried the device `d`, or that it registered since it was seen gone. A
 * delivery whose pushes have failed waits for a person, and goes on without one for such a phone.
 */
export const UNTRIED_DEVICE = `not exists (
  select from waybell.express_pushes p
   where p.workflow_id = w.workflow_id and p.device_id = d.id::text
     and (p.state not in ('moved', 'deactivated') or p.answered_at >= d.registered_at))`;

/** How the order may spell the owner of a device: a uuid that is text may be in capitals. */
function spellings(ownerId: string): string[] {
  return [...new Set([ownerId, ownerId.toLowerCase(), ownerId.toUpperCase()])];
}

/** An owner who comes back after weeks is told about this many parcels at once; the sweep does the rest. */
const MOST_PER_OWNER = 20;

/**
 * Finds the deliveries that wait for what has just come, the newest of each waybill: an older one has nothing
 * left to say. Read after the change is committed, so that a wait written meanwhile is not missed.
 */
export async function findWaitsToWake(db: Queryable, reason: WakeReason): Promise<string[]> {
  const [condition, values] =
    reason.kind === 'device'
      ? [
          `w.audience = $1 and w.owner_id = any ($2)
           and (w.kind = 'device' or w.kind = 'retry' and exists (
             select from public.push_devices d where d.id = $3 and ${UNTRIED_DEVICE}))`,
          [reason.audience, spellings(reason.ownerId), reason.deviceId],
        ]
      : [`w.waybill_id = $1`, [reason.waybillId]];
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id
       from (select distinct on (w.waybill_id) w.workflow_id, u.seq
               from waybell.express_waits w
               left join waybell.express_updates u on u.workflow_id = w.workflow_id
              where ${condition}
              order by w.waybill_id, u.seq desc nulls last) newest
      order by seq desc nulls last
      limit ${MOST_PER_OWNER}`,
    values,
  );
  return rows.map((row) => row.workflow_id);
}

/** Notes which waits were signalled, so that the sweep does not wake them again at once. */
export async function markWaitsWoken(db: Queryable, workflowIds: readonly string[]): Promise<void> {
  await db.query(`update waybell.express_waits set woken_at = now() where workflow_id = any ($1)`, [
    workflowIds,
  ]);
}
