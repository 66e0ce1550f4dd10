import type { ShopTables } from '../config/config';
import { mappedFacts } from '../config/shop-tables';
import type { ApnsEnvironment, HoldCause, WebPushKeys } from '../shipment/device';
import type { Decision, PushResult, PushState, SendStatus } from '../shipment/delivery';
import type { Audience } from '../shipment/update';
import type { EndReason } from '../shipment/end-reason';
import { firstMessageId } from '../shipment/message-id';
import { type FactRow, readTellingFacts } from '../shipment/shop-facts';
import type { ShipmentStatus } from '../shipment/status';
import { sayingOf, tellingOf, type Withheld } from '../shipment/who-is-told';
import { IS_AMONG } from './find-devices';
import { linkedOrder } from './find-recipients';
import { NEXT_PROBE } from './held';
import { FORGET_FAILURES } from './provider-failures';
import { type IdTypes, isSamePerson, OWNER_COLUMN, ownerType, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { readOrders } from './schema/order-access';
import { NEWER_ANNOUNCEMENTS } from './updates';
import { hasAnotherNumber, IS_FORMER } from './waybill-numbers';

export interface PushTask {
  readonly workflowId: string;
  readonly messageId: string;
  readonly deviceId: string;
  readonly round: number;
  /** The generation that an earlier try of this activity knows to be used up; 0 when there was none. */
  readonly atLeastGeneration: number;
  /** A person wants it told however old it is. */
  readonly force: boolean;
  /** The owners and cids that may be pushed to; everybody when absent. */
  readonly pushOnlyTo?: readonly string[] | null;
  /**
   * Whether the person of the device belongs to the merchant; absent where the shop does not say who does, or nobody
   * needs to know.
   */
  readonly isMember?: boolean;
  /** How long a probe is kept for devices that its provider has accepted before; milliseconds. */
  readonly provenFirstMs: number;
}

export interface Claim {
  /** Set while the pushes of the provider are held. */
  readonly held: HeldProvider | null;
  /** This push is the probe of a provider whose pushes are held. */
  readonly probing: boolean;
  /** `null` when this push must not start. */
  readonly generation: number | null;
  /** How often it was answered in this round without a word about what became of it. */
  readonly unclear: number | null;
  readonly storedState: string | null;
  readonly superseded: boolean;
  /** The time in which its status may be told is over. */
  readonly tooOld: boolean;
  /** What its order says by now: this audience is told nothing. */
  readonly withheld: Withheld | null;
  readonly reachable: boolean;
  /** Its row has another number by now, of which the delivery has not heard yet. */
  readonly renumbered: boolean;
  readonly claimedAt: Date;
  readonly registeredAt: Date;
  readonly waybillId: string;
  readonly status: ShipmentStatus | null;
  readonly trackingNo: string | null;
  readonly orderId: string | null;
  readonly provider: string;
  readonly appid: string;
  readonly cid: string;
  readonly subscription: WebPushKeys | null;
  readonly apnsEnvironment: ApnsEnvironment | null;
  readonly audience: Audience;
  readonly title: string | null;
  readonly body: string | null;
  readonly content: string | null;
}

/** A provider whose pushes are held. */
export interface HeldProvider {
  readonly cause: HoldCause;
  /** The provider's own words. */
  readonly words: string;
}

/**
 * Claims one push before each try, in one statement: only while no newer status of the waybill is committed,
 * its row still has the number, its status is not too old to be told, the order still names the notification's recipient, the device is active and
 * theirs, no provider has accepted the same news for it, and its provider takes pushes. While those are held, one push
 * at a time is let through as a probe: one to a device that the provider has accepted before, since another tells
 * of itself only. Where none of those looks in time, because none waits, any other.
 * @returns `null` when there is no such notification.
 */
export async function claimPush(db: Queryable, tables: ShopTables, task: PushTask): Promise<Claim | null> {
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, async (access) => {
    const order = linkedOrder('own.waybill_id', tables, types, access);
    const other = hasAnotherNumber('own.waybill_id', tables, types);
    const row = await claim(db, task, { order, other }, types, tables.members !== undefined);
    return row && { ...row, withheld: withheldIn(row, tables) };
  });
}

/** What decides whether a push is still to be told. */
type ClaimRow = Omit<Claim, 'withheld'> & Pick<Decision, 'unproven'> & FactRow;

function withheldIn(
  { audience, status, unproven, waybills, orders }: ClaimRow,
  tables: ShopTables,
): Withheld | null {
  const saying = sayingOf({ status, unproven });
  const { facts } = readTellingFacts({ waybills, orders }, mappedFacts(tables));
  // Whose signature it was changes the words, and not who is told.
  const telling = saying && tellingOf(audience, { saying, signedByAnother: false }, facts);
  return telling && 'withheld' in telling ? telling.withheld : null;
}

async function claim(
  db: Queryable,
  task: PushTask,
  { order, other }: { readonly order: string; readonly other: string },
  types: IdTypes,
  asksMembers: boolean,
): Promise<ClaimRow | null> {
  const among = IS_AMONG('$9', 'n.recipient_id::text');
  const isMember = asksMembers ? '$10::boolean' : undefined;
  const { rows } = await db.query<ClaimRow>(
    `with target as (
       select n.message_id, n.aud, n.title, n.body, n.content, n.tracking_no, n.order_id::text as order_id,
              own.waybill_id, own.status, own.decision -> 'unproven' as unproven, linked.waybill_facts, linked.order_facts,
              d.id::text as device_id, d.cid, d.appid, d.provider, d.registered_at,
              d.subscription, d.apns_environment, d.last_sign_at,
              coalesce(d.is_active and ${isMember ? `(${among} or ${isMember} and ${IS_AMONG('$9', 'd.user_id::text')})` : among} and case n.aud
                when 'merchant' then ${isTheirs('merchant', types, isMember)} else ${isTheirs('user', types)} end, false) as reachable,
              ${other} as renumbered,
              (exists (select ${NEWER_ANNOUNCEMENTS}) or ${IS_FORMER('own.waybill_id')}) as superseded,
              coalesce(not $6::boolean and own.tell_until <= now(), false) as too_old,
              case when exists (
                select from waybell.express_pushes told
                 where told.workflow_id = $3 and told.device_id = d.id::text and told.state = 'accepted'
                   and starts_with(told.message_id || ':', $7 || ':')) then 'accepted'
                else before.state end as stored_state
         from public.express_notifications n
         join waybell.express_updates own on own.workflow_id = $3
         left join public.push_devices d on d.id = $2
         left join waybell.express_pushes before
           on before.message_id = n.message_id and before.device_id = d.id::text
         left join lateral (${order}) linked on true
        where n.message_id = $1),
     probe as (
       update waybell.push_circuits c
          set probe_at = ${NEXT_PROBE('c.probes + 1')}, probes = c.probes + 1
         from target
        where c.provider = target.provider and c.probe_at <= now()
          and target.reachable and not target.renumbered and not target.superseded and not target.too_old
          and target.stored_state is distinct from 'accepted'
          and (${IS_PROVEN}
               or c.probe_at <= now() - $8 * interval '1 millisecond'
               -- Not "exists": for that PostgreSQL would begin to read the table.
               or (select max(taken.answered_at) from waybell.express_pushes taken
                    where taken.provider = c.provider and taken.state = 'accepted') is null)
       returning c.provider),
     held as (
       select c.provider, c.cause, c.words
         from waybell.push_circuits c
         join target on target.provider = c.provider
        where not exists (select from probe)),
     claim as (
       insert into waybell.express_pushes as p
         (message_id, device_id, workflow_id, cid, provider, state, round, generation, attempts)
       select message_id, device_id, $3, cid, provider, 'claimed', $4::int, $5::int, 1
         from target
        where reachable and not renumbered and not superseded and not too_old and stored_state is distinct from 'accepted'
          and not exists (select from held)
       on conflict (message_id, device_id) do update
          set state = 'claimed', cid = excluded.cid, provider = excluded.provider, round = excluded.round,
              workflow_id = excluded.workflow_id, attempts = p.attempts + 1,
              generation = greatest(p.generation, excluded.generation), claimed_at = now(),
              unclear = case when p.round = excluded.round then p.unclear else 0 end
        where p.state <> 'accepted'
       returning p.generation, p.unclear)
     select target.aud as audience, target.title, target.body, target.content,
            target.cid, target.appid, target.provider, target.reachable, target.renumbered, target.superseded, target.too_old as "tooOld",
            target.subscription, target.apns_environment as "apnsEnvironment",
            target.registered_at as "registeredAt", target.waybill_id as "waybillId",
            target.tracking_no as "trackingNo", target.order_id as "orderId",
            target.status, target.unproven, target.waybill_facts as waybills, target.order_facts as orders,
            (select jsonb_build_object('cause', cause, 'words', words) from held) as held,
            exists (select from probe) as probing,
            claim.generation, claim.unclear, target.stored_state as "storedState", now() as "claimedAt"
       from target
       left join claim on true`,
    [
      task.messageId,
      task.deviceId,
      task.workflowId,
      task.round,
      task.atLeastGeneration,
      task.force,
      firstMessageId(task.messageId),
      task.provenFirstMs,
      task.pushOnlyTo ?? null,
      ...(asksMembers ? [task.isMember ?? false] : []),
    ],
  );
  return rows[0] ?? null;
}

/** SQL: whether the provider of the hold `c` has accepted a push to the device of `target` before. */
const IS_PROVEN = `(target.last_sign_at is not null or exists (
                 select from waybell.express_pushes taken
                  where taken.cid = target.cid and taken.device_id = target.device_id
                    and taken.provider = c.provider and taken.state = 'accepted'))`;

/**
 * SQL: whether the device `d` and the order `linked` both name the recipient of the notification `n`.
 * @param isMember SQL: the device is of one of the merchant's people. With it, what a person has registered counts by that alone
 */
function isTheirs(audience: Audience, types: IdTypes, isMember?: string): string {
  const column = OWNER_COLUMN[audience];
  const type = ownerType(types, audience);
  const recipient = 'n.recipient_id::text';
  const named = isSamePerson(`d.${column}::text`, recipient, type);
  const isNamed = isMember === undefined ? named : `(d.user_id is null and ${named} or ${isMember})`;
  return `(${isNamed} and ${isSamePerson(`linked.${column}`, recipient, type)})`;
}

/** What a provider answered to one try. */
export interface PushEnd {
  readonly state: PushState | 'retry';
  readonly reason: string;
  readonly words: string;
  /** True when the provider certainly did not take the message: the next try needs a new request id. */
  readonly definite: boolean;
  /** The answer does not say what became of the push. */
  readonly unclear?: true;
  /** What the provider calls the push, for its receipts. */
  readonly providerId?: string;
}

/** Writes the answer of one try. One that is accepted ends what its provider has failed with. */
export async function writePush(
  db: Queryable,
  key: { messageId: string; deviceId: string; provider: string },
  end: PushEnd,
): Promise<void> {
  await db.query(
    `with healed as (${FORGET_FAILURES("case when $3 = 'accepted' then $9 end")})
     update waybell.express_pushes
        set state = $3, code = $4, words = $5, answered_at = now(), generation = generation + $6,
            provider_id = coalesce($7, provider_id), unclear = unclear + $8
      where message_id = $1 and device_id = $2 and state = 'claimed'`,
    [
      key.messageId,
      key.deviceId,
      end.state,
      end.reason,
      end.words,
      end.definite ? 1 : 0,
      end.providerId,
      end.unclear ? 1 : 0,
      key.provider,
    ],
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
      -- A device that has moved says when it was last seen so: it is not looked at again at once.
      where p.state <> 'accepted' and (p.state <> excluded.state or excluded.state = 'moved')`,
    [workflowId, round, JSON.stringify(results)],
  );
}

/** SQL: how many pushes were accepted, and how many have failed or not come to an end. */
export const PUSH_COUNTS = `count(*) filter (where state = 'accepted')::int as accepted,
  count(*) filter (where state in ('failed', 'retry', 'claimed'))::int as failed`;

/** How the pushes of a notification ended so far. */
export interface PushCounts {
  readonly accepted: number;
  readonly failed: number;
  readonly tooLate: number;
}

const NO_PUSHES: PushCounts = { accepted: 0, failed: 0, tooLate: 0 };

/** Counts the pushes of notifications, by their message ids. */
export async function countPushes(
  db: Queryable,
  messageIds: readonly string[],
): Promise<(messageId: string) => PushCounts> {
  const { rows } = await db.query<PushCounts & { readonly messageId: string }>(
    `select message_id as "messageId", ${PUSH_COUNTS},
            count(*) filter (where state = 'superseded' and code = 'too_old')::int as "tooLate"
       from waybell.express_pushes where message_id = any ($1) group by message_id`,
    [messageIds],
  );
  const counts = new Map(rows.map(({ messageId, ...counted }) => [messageId, counted]));
  return (messageId) => counts.get(messageId) ?? NO_PUSHES;
}

/** Ends the notifications of a delivery that were still being sent, for the reason that ended the delivery. */
export async function endUnsentNotifications(
  db: Queryable,
  workflowId: string,
  reason: EndReason,
): Promise<void> {
  await db.query(
    `update public.express_notifications n
        set send_status = pushed.send_status, last_error = $2, updated_at = now()
       from (select message_id, case when exists (
               select from waybell.express_pushes p
                where p.message_id = o.message_id and p.state = 'accepted') then 'partial' else 'failed' end as send_status
               from public.express_notifications o
              where o.workflow_id = $1 and o.send_status = 'sending') pushed
      where n.message_id = pushed.message_id`,
    [workflowId, reason],
  );
}

/** The highest round in which a delivery pushed anything; 0 when it pushed nothing. */
export async function selectLastRound(db: Queryable, workflowId: string): Promise<number> {
  const { rows } = await db.query<{ round: number }>(
    `select coalesce(max(round), 0)::int as round from waybell.express_pushes where workflow_id = $1`,
    [workflowId],
  );
  return rows[0]?.round ?? 0;
}

/** How far a notification got, in the seed's columns. */
export interface WrittenSendStatus {
  readonly messageId: string;
  readonly sendStatus: SendStatus;
  readonly lastError: string | null;
}

export async function writeSendStatuses(db: Queryable, written: readonly WrittenSendStatus[]): Promise<void> {
  if (written.length === 0) return;
  await db.query(
    `update public.express_notifications n
        set send_status = w.send_status, last_error = w.last_error, updated_at = now()
       from unnest($1::text[], $2::text[], $3::text[]) as w(message_id, send_status, last_error)
      where n.message_id = w.message_id`,
    [
      written.map(({ messageId }) => messageId),
      written.map(({ sendStatus }) => sendStatus),
      written.map(({ lastError }) => lastError),
    ],
  );
}
