import type { Occurrences, OwnRecord } from '../shipment/decide-announcement';
import type { Decision } from '../shipment/delivery';
import { type EndReason, readEndReason } from '../shipment/end-reason';
import type { ShipmentStatus } from '../shipment/status';
import type { ShipmentUpdate } from '../shipment/update';
import { isoTime } from './parcel-events';
import type { Queryable } from './pool';
import { DELETE_OTHER_WAITS, type WaitName } from './waits';
import { IS_FORMER } from './waybill-numbers';
import type { Waybill } from './waybills';

/** A word about silence has the time of the clock, which is later than that of scans to come. */
const IS_SCAN = `decision ->> 'status' is distinct from 'expired'`;

/** More open deliveries than this of one waybill are left to the sweep. */
const MAX_SUPERSEDED = 20;

/** All that the decisions of a waybill say for the next one. */
export interface WaybillRecord extends OwnRecord {
  /** How often each status of the parcel was announced so far. */
  readonly announced: Readonly<Partial<Record<ShipmentStatus, Occurrences>>>;
  /** Deliveries of the waybill that still wait or push, newest first. */
  readonly open: readonly string[];
}

/** What Waybell has told and seen of a parcel so far. */
export async function selectOwnRecord(
  db: Queryable,
  waybillId: string,
  instance: number,
): Promise<WaybillRecord> {
  const { rows } = await db.query<WaybillRecord>(
    `with own as (
       select workflow_id, seq, status, instance, verdict, state, latest_event_at, decision
         from waybell.express_updates where waybill_id = $1),
     announced as (
       select status, count(*)::int as count, ${isoTime('max(latest_event_at)')} as latest_at
         from own where instance = $2 and verdict = 'announce' and status is not null group by status)
     select (array_agg(status order by seq desc)
               filter (where instance = $2 and verdict = 'announce'))[1] as told,
            ${isoTime(`max(latest_event_at) filter (where instance = $2 and ${IS_SCAN})`)} as "latestAt",
            coalesce(bool_or(instance <> $2), false) as "numberUsedBefore",
            coalesce((select jsonb_object_agg(status, jsonb_build_object('count', count, 'latestAt', latest_at))
                        from announced), '{}') as announced,
            coalesce((array_agg(workflow_id order by seq desc) filter (where state = 'open'))[1:${MAX_SUPERSEDED}], '{}') as open
       from own`,
    [waybillId, instance],
  );
  const [row] = rows;
  if (!row) throw new Error('an aggregate gives one row');
  return row;
}

/** SQL: whether Waybell has decided anything about the waybill `waybill`, remembered or folded. */
export const IS_DECIDED = (waybill: string): string =>
  `(exists (select from waybell.express_updates u where u.waybill_id = ${waybill})
    or exists (select from waybell.parcel_memories m where m.waybill_id = ${waybill}))`;

export async function isDecided(db: Queryable, waybillId: string): Promise<boolean> {
  const { rows } = await db.query<{ decided: boolean }>(`select ${IS_DECIDED('$1::text')} as decided`, [
    waybillId,
  ]);
  return rows[0]?.decided ?? false;
}

/** A status that was told, of which parcel, and when the first scan was made that says so. */
export interface ToldStatus {
  readonly status: ShipmentStatus;
  readonly instance: number;
  readonly scannedAt: string;
}

/** What was told last of a waybill; `null`: nothing. */
export async function selectToldLast(db: Queryable, waybillId: string): Promise<ToldStatus | null> {
  const { rows } = await db.query<ToldStatus>(
    `select status, instance, ${isoTime('coalesce(entered_at, latest_event_at, created_at)')} as "scannedAt"
       from waybell.express_updates
      where waybill_id = $1 and verdict = 'announce' order by seq desc limit 1`,
    [waybillId],
  );
  return rows[0] ?? null;
}

/** Ends the time in which what is still to be told of a waybill may be told, and with it what that waits for. */
export async function endTelling(db: Queryable, waybillId: string): Promise<void> {
  await db.query(
    `with untold as (
       update waybell.express_updates set tell_until = least(tell_until, now())
        where waybill_id = $1 and state = 'open' returning workflow_id)
     update waybell.express_waits w set deadline = least(w.deadline, now())
       from untold where w.workflow_id = untold.workflow_id`,
    [waybillId],
  );
}

export interface DecidedUpdate {
  readonly workflowId: string;
  readonly runId: string;
  readonly update: ShipmentUpdate;
  /** The row of its waybill as it stands. */
  readonly row: Pick<Waybill, 'carrier' | 'tracking_no'>;
}

/**
 * Stores what was decided, and about what: with it a delivery can start again when Temporal has forgotten it. Only
 * an announcement stays open; everything else is finished by being stored. Beside it is noted under which number the
 * row stands, in the same statement: each update needs that, and seldom anything is written.
 */
export async function insertUpdate(
  db: Queryable,
  { workflowId, runId, update, row }: DecidedUpdate,
  decision: Decision,
  seen: { enteredAt: string | null; latestAt: string | null },
): Promise<void> {
  const announced = decision.verdict === 'announce';
  await db.query(
    `with noted as (
       insert into waybell.waybill_numbers as known (waybill_id, carrier, tracking_no) values ($2, $15, $16)
       on conflict (waybill_id) do update
          set carrier = excluded.carrier, tracking_no = excluded.tracking_no, noted_at = now()
        where (known.carrier, known.tracking_no) is distinct from (excluded.carrier, excluded.tracking_no))
     insert into waybell.express_updates
       (workflow_id, waybill_id, verdict, instance, status, occurrence, entered_at, latest_event_at, decision,
        state, outcome, closed_at, run_id, input, tell_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $10 = 'closed' then now() end, $12, $13, $14)`,
    [
      workflowId,
      decision.waybillId,
      decision.verdict,
      decision.instance,
      announced ? decision.status : null,
      announced ? decision.occurrence : null,
      seen.enteredAt,
      seen.latestAt,
      JSON.stringify(decision),
      announced ? 'open' : 'closed',
      announced ? null : decision.verdict,
      runId,
      JSON.stringify(update),
      decision.tellUntil ?? null,
      row.carrier,
      row.tracking_no,
    ],
  );
}

/** SQL: of an update `own`, the announcements about the same waybill that came after it, as `newer`. */
export const NEWER_ANNOUNCEMENTS = `from waybell.express_updates newer
  where newer.waybill_id = own.waybill_id and newer.verdict = 'announce' and newer.seq > own.seq`;

/** What became of a delivery. */
export interface DeliveryStanding {
  /** False once a newer announcement about the same waybill is committed, or its row has another number. */
  readonly current: boolean;
  readonly renumbered: boolean;
  /** The time in which its status may be told is over. */
  readonly tooOld: boolean;
  /** The highest round in which it has pushed anything; 0 when it pushed nothing. */
  readonly lastRound: number;
}

/** Whether what a delivery announces is still worth telling. */
export async function selectStanding(db: Queryable, workflowId: string): Promise<DeliveryStanding> {
  const { rows } = await db.query<DeliveryStanding>(
    `select not exists (select ${NEWER_ANNOUNCEMENTS}) and not ${IS_FORMER('own.waybill_id')} as current,
            ${IS_FORMER('own.waybill_id')} as renumbered,
            coalesce(own.tell_until <= now(), false) as "tooOld",
            (select coalesce(max(p.round), 0)::int from waybell.express_pushes p
              where p.workflow_id = own.workflow_id) as "lastRound"
       from waybell.express_updates own
      where own.workflow_id = $1`,
    [workflowId],
  );
  return rows[0] ?? { current: false, renumbered: false, tooOld: false, lastRound: 0 };
}

/** Marks a delivery as finished, or as open again, and forgets what it does not wait for any more. */
export async function writeUpdateState(
  db: Queryable,
  workflowId: string,
  end: {
    readonly closed: boolean;
    readonly outcome: string;
    readonly reason: EndReason;
    readonly waitsFor: readonly WaitName[];
  },
): Promise<void> {
  await db.query(
    `with over as (${DELETE_OTHER_WAITS('$5')})
     update waybell.express_updates
        set state = case when $2 then 'closed' else 'open' end,
            outcome = $3, reason = $4,
            closed_at = case when $2 then now() end
      where workflow_id = $1`,
    [workflowId, end.closed, end.outcome, end.reason, end.waitsFor],
  );
}

/** Marks a delivery as finished, unless it is already. */
export async function closeOpenUpdate(
  db: Queryable,
  workflowId: string,
  { outcome, reason }: { outcome: string; reason: EndReason | null },
): Promise<void> {
  await db.query(
    `update waybell.express_updates
        set state = 'closed', outcome = $2, reason = $3, closed_at = now()
      where workflow_id = $1 and state = 'open'`,
    [workflowId, outcome, reason],
  );
}

export interface StoredDecision {
  readonly decision: Decision;
  /** How a run other than `runId` has ended this delivery; `null` when none has. */
  endedBefore(runId: string): 'finished' | 'broken-off' | null;
  /** What it was made of; `null` in rows from before it was stored, or whose texts were deleted. */
  readonly update: ShipmentUpdate | null;
}

/** Of an end from outside: what was to be told is not, so the same webhook starts the delivery again. */
export const BROKEN_OFF: readonly EndReason[] = ['cancelled', 'ended-outside', 'data-refused'];

/** The decision that an earlier run of the same step stored. */
export async function selectStoredDecision(
  db: Queryable,
  workflowId: string,
): Promise<StoredDecision | null> {
  const { rows } = await db.query<{
    decision: Decision;
    closed: boolean;
    run_id: string | null;
    reason: string | null;
    update: ShipmentUpdate | null;
  }>(
    `select decision, state = 'closed' as closed, run_id, reason, input as update from waybell.express_updates where workflow_id = $1`,
    [workflowId],
  );
  const [row] = rows;
  if (!row) return null;
  const { decision, closed, run_id, reason, update } = row;
  const isBrokenOff = BROKEN_OFF.some((one) => one === readEndReason(reason));
  return {
    decision,
    update,
    endedBefore: (runId) =>
      closed && run_id !== null && run_id !== runId ? (isBrokenOff ? 'broken-off' : 'finished') : null,
  };
}

/** Opens a closed delivery again, for a person who asked for another try. */
export async function reopenUpdate(db: Queryable, workflowId: string, runId: string): Promise<void> {
  await db.query(
    `update waybell.express_updates
        set state = 'open', outcome = null, reason = null, closed_at = null, run_id = $2
      where workflow_id = $1 and verdict = 'announce'`,
    [workflowId, runId],
  );
}
