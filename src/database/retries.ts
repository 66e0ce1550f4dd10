import type { ShopTables } from '../config/config';
import type { NotificationRef } from '../shipment/delivery';
import type { ShipmentUpdate } from '../shipment/update';
import type { ClosedDelivery } from '../shipment/why-no-restart';
import { isoTime } from './parcel-events';
import { findDevices } from './find-devices';
import { findStaff, peopleOf } from './members';
import { findRecipients } from './find-recipients';
import type { Queryable } from './pool';
import { PUSH_COUNTS } from './pushes';
import { shopNames } from './shop-names';
import { NEWER_ANNOUNCEMENTS } from './updates';

export const RETRY_OUTCOMES = ['asked', 'restarted', 'refused'] as const;
/** How one delivery of a bulk retry was settled. */
export type RetryOutcome = (typeof RETRY_OUTCOMES)[number];

export interface SettledRetry {
  readonly workflowId: string;
  readonly outcome: RetryOutcome;
  readonly words: string;
}

export interface RetryTally extends Readonly<Record<RetryOutcome, number>> {
  readonly found: number;
}

/** One day longer than Temporal keeps the workflow of a bulk retry. */
const KEPT_DAYS = 15;
/** As many as one request can name: what is deleted at each keeps up with what is added. Takes milliseconds. */
const MOST_DELETED = 5_000;

/** Adds deliveries to a bulk retry; those that are in it already stay as they are. Returns how many were new. */
export async function addToBulkRetry(
  db: Queryable,
  retryId: string,
  workflowIds: readonly string[],
): Promise<number> {
  const { rowCount } = await db.query(
    `insert into waybell.bulk_retries (retry_id, workflow_id)
     select $1, unnest($2::text[])
     on conflict do nothing`,
    [retryId, workflowIds],
  );
  return rowCount ?? 0;
}

/** Some deliveries of a bulk retry that are still to do. */
export async function selectOpenRetries(db: Queryable, retryId: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id from waybell.bulk_retries
      where retry_id = $1 and outcome is null
      order by workflow_id limit $2`,
    [retryId, limit],
  );
  return rows.map((row) => row.workflow_id);
}

export async function settleRetry(
  db: Queryable,
  retryId: string,
  { workflowId, outcome, words }: SettledRetry,
): Promise<void> {
  await db.query(
    `insert into waybell.bulk_retries (retry_id, workflow_id, outcome, words) values ($1, $2, $3, $4)
     on conflict (retry_id, workflow_id) do update set outcome = excluded.outcome, words = excluded.words`,
    [retryId, workflowId, outcome, words],
  );
}

/** Notes that a delivery of a bulk retry failed and is still to do. Returns how often it has failed. */
export async function noteFailedTry(db: Queryable, retryId: string, workflowId: string): Promise<number> {
  const { rows } = await db.query<{ tries: number }>(
    `update waybell.bulk_retries set tries = tries + 1 where retry_id = $1 and workflow_id = $2 returning tries`,
    [retryId, workflowId],
  );
  return rows[0]?.tries ?? 0;
}

/** How far a bulk retry has come. */
export async function tallyBulkRetry(db: Queryable, retryId: string): Promise<RetryTally> {
  const { rows } = await db.query<RetryTally>(
    `select count(*)::int as found, ${RETRY_OUTCOMES.map(
      (outcome) => `count(*) filter (where outcome = '${outcome}')::int as ${outcome}`,
    ).join(', ')}
       from waybell.bulk_retries where retry_id = $1`,
    [retryId],
  );
  return rows[0] ?? { found: 0, asked: 0, restarted: 0, refused: 0 };
}

/** When a bulk retry began: its workflow only says when its last run did. */
export async function findRetryStart(db: Queryable, retryId: string): Promise<Date | null> {
  const { rows } = await db.query<{ began: Date | null }>(
    // Apart, or PostgreSQL walks all retries by time until it meets one of this.
    `with members as materialized (select added_at from waybell.bulk_retries where retry_id = $1)
     select min(added_at) as began from members`,
    [retryId],
  );
  return rows[0]?.began ?? null;
}

/** Refusals of a bulk retry with their words, in the order of their ids, after `after`. */
export async function listRefusals(
  db: Queryable,
  retryId: string,
  limit: number,
  after = '',
): Promise<{ readonly workflow_id: string; readonly words: string }[]> {
  const { rows } = await db.query<{ workflow_id: string; words: string }>(
    `select workflow_id, words from waybell.bulk_retries
      where retry_id = $1 and outcome = 'refused' and workflow_id > $2
      order by workflow_id limit $3`,
    [retryId, after, limit],
  );
  return rows;
}

/** Deletes some of the rows that nobody can ask for any more, the oldest first; passes over those being deleted. */
export async function deleteOldBulkRetries(db: Queryable): Promise<void> {
  await db.query(
    `delete from waybell.bulk_retries
      where ctid = any (array(
        select ctid from waybell.bulk_retries
         where added_at < now() - interval '${KEPT_DAYS} days'
         order by added_at limit $1 for update skip locked))`,
    [MOST_DELETED],
  );
}

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
  tables: ShopTables,
  workflowId: string,
  only?: readonly string[],
): Promise<RestartFacts | null> {
  const { rows } = await db.query<
    Pick<RestartFacts, 'verdict' | 'leftOpen' | 'update' | 'runId' | 'newerStatus' | 'tooOldSince'> & {
      waybillId: string;
      notifications: readonly NotificationFacts[];
    }
  >(
    `select own.waybill_id as "waybillId", own.verdict, own.state = 'open' as "leftOpen", own.input as update,
            own.run_id as "runId",
            case when own.tell_until <= now() then ${isoTime('own.tell_until')} end as "tooOldSince",
            (select newer.status ${NEWER_ANNOUNCEMENTS} order by newer.seq desc limit 1) as "newerStatus",
            (select coalesce(jsonb_agg(jsonb_build_object(
                      'messageId', n.message_id, 'audience', n.aud, 'recipientId', n.recipient_id::text,
                      'accepted', p.accepted, 'failed', p.failed)), '[]')
               from public.express_notifications n
               cross join lateral (
                 select ${PUSH_COUNTS} from waybell.express_pushes where message_id = n.message_id) p
              where n.workflow_id = own.workflow_id) as notifications
       from waybell.express_updates own
      where own.workflow_id = $1`,
    [workflowId],
  );
  const [row] = rows;
  if (!row) return null;
  const { waybillId, ...facts } = row;
  // A message follows its order: whom it names by now is who would be told.
  const named = await findRecipients(db, tables, waybillId);
  let deviceLeft = false;
  for (const { audience, ...written } of row.notifications) {
    const person = audience === 'user' ? named?.userId : named?.merchantId;
    if (person == null) continue;
    const notification = { ...written, audience, recipientId: person };
    const staff = peopleOf(await findStaff(db, tables, audience, person));
    const search = { notification, staff, round: AFTER_ALL_ROUNDS, only, limit: 1 };
    const found = await findDevices(db, tables, search);
    deviceLeft ||= found.length > 0;
  }
  return { ...facts, deviceLeft, someDevices: only !== undefined };
}

export interface NamedDelivery {
  /** As it was asked for. */
  readonly word: string;
  readonly workflowId: string;
}

/**
 * Finds the deliveries that people name: by workflow id, by the message_id of a notification, or by tracking number,
 * which means the newest announcement of the parcel: older ones have nothing left to say.
 */
export async function findDeliveries(
  db: Queryable,
  tables: ShopTables,
  words: readonly string[],
): Promise<NamedDelivery[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<NamedDelivery>(
    `with asked as (select distinct word from unnest($1::text[]) as word)
     select a.word, u.workflow_id as "workflowId"
       from asked a join waybell.express_updates u on u.workflow_id = a.word
     union
     select a.word, n.workflow_id
       from asked a join public.express_notifications n on n.message_id = a.word
      where n.workflow_id is not null
     union
     select a.word, newest.workflow_id
       from asked a
       join ${waybills.name} b on b.${waybills.trackingNo} = any (array[upper(a.word), lower(a.word)])
       cross join lateral (
         select workflow_id from waybell.express_updates u
          where u.waybill_id = b.${waybills.id}::text and u.verdict = 'announce'
          order by u.seq desc limit 1) newest`,
    [words],
  );
  return rows;
}
