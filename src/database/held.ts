import type { HoldCause } from '../shipment/device';
import { deactivateDevice } from './devices';
import type { Queryable } from './pool';

/** The first probe comes after this, and each next one after twice as long; seconds. */
const FIRST_PROBE_S = 30;
/** No longer than this between two probes, so that a healed provider is noticed soon; seconds. */
const MAX_PROBE_S = 10 * 60;

/** SQL: when the next probe may come, after `probes` that failed. */
export const NEXT_PROBE = (probes: string): string =>
  `now() + least(${FIRST_PROBE_S} * power(2, least(${probes}, 10)), ${MAX_PROBE_S}) * interval '1 second'`;

/** A provider whose pushes are held. */
export interface Hold {
  readonly provider: string;
  readonly cause: HoldCause;
  /** The provider's own words. */
  readonly words: string;
  readonly openedAt: Date;
  /** When the next push may try; `null` when only a person lets them go. */
  readonly probeAt: Date | null;
}

export interface HoldReason {
  readonly cause: HoldCause;
  readonly words: string;
  /** Whether pushes may try by themselves whether the provider takes them again. */
  readonly probed: boolean;
}

/** Holds all pushes of a provider. The first cause stays; words are the latest. */
export async function openHold(db: Queryable, provider: string, reason: HoldReason): Promise<void> {
  await db.query(
    `insert into waybell.push_circuits as c (provider, cause, words, probe_at)
     values ($1, $2, $3, case when $4 then ${NEXT_PROBE('0')} end)
     on conflict (provider) do update
        set words = excluded.words,
            probe_at = case when excluded.probe_at is not null then c.probe_at end`,
    [provider, reason.cause, reason.words, reason.probed],
  );
}

/** Lets pushes go again. Returns whether they were held. */
export async function endHold(db: Queryable, provider: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from waybell.push_circuits where provider = $1', [provider]);
  return rowCount === 1;
}

export async function listHolds(db: Queryable): Promise<Hold[]> {
  const { rows } = await db.query<Hold>(
    `select provider, cause, words, opened_at as "openedAt", probe_at as "probeAt"
       from waybell.push_circuits order by provider`,
  );
  return rows;
}

/** How far back complaints count: together they are one trouble, a day apart they are several. */
const COMPLAINT_WINDOW = "interval '10 minutes'";

/** A complaint of which one person's devices may be the cause. */
export interface Complaint {
  readonly provider: string;
  readonly messageId: string;
  readonly reason: string;
}

/**
 * How many people's pushes ended with the same complaint, that of `messageId` among them, since the provider accepted
 * anything. People, not devices or deliveries: whoever registers forty broken browsers is one. And nobody whose
 * complaint began before the provider accepted others: it is about their devices, however often it comes again.
 * Complaints about one provider are judged one after the other, so that fifty at once are not all the first.
 */
export async function countComplainingOwners(
  db: Queryable,
  { provider, messageId, reason }: Complaint,
): Promise<number> {
  await db.query(`select pg_advisory_xact_lock(hashtext('waybell complaint'), hashtext($1))`, [provider]);
  const { rows } = await db.query<{ owners: number }>(
    `with owner as (select aud, recipient_id from public.express_notifications where message_id = $2),
     accepted as (
       select max(answered_at) as at from waybell.express_pushes
        where provider = $1 and state = 'accepted' and answered_at > now() - ${COMPLAINT_WINDOW}),
     complaining as (
       select n.aud, n.recipient_id, min(p.answered_at) as since
         from waybell.express_pushes p
         join public.express_notifications n on n.message_id = p.message_id
        where p.provider = $1 and p.answered_at > now() - ${COMPLAINT_WINDOW}
          and p.state = 'failed' and p.code = $3
        group by n.aud, n.recipient_id
        -- Its own is not written yet.
        union all select aud, recipient_id, now() from owner),
     owners as (select aud, recipient_id, min(since) as since from complaining group by aud, recipient_id)
     select count(*)::int as owners from owners
      where since > coalesce((select at from accepted), '-infinity')`,
    [provider, messageId, reason],
  );
  return rows[0]?.owners ?? 0;
}

/** The word that stands in `express_pushes.code` while a person has to decide. */
export const DEACTIVATION_HELD = 'deactivation_held';

/** How many of a provider's latest answers are looked at. */
const RECENT = 50;
/** More than this part of them calling devices gone is a fault of the provider, or of our settings. */
const MAX_SHARE = 0.2;
/** Fewer than this prove nothing: a small shop has few answers. */
const MIN_GONE = 5;

/** A verdict on one device. */
export interface DeviceVerdict {
  readonly deviceId: string;
  readonly provider: string;
  readonly reason: string;
  readonly words: string;
  readonly triedAt: Date;
}

/**
 * Whether a provider calls so many devices gone that it cannot be true; the answer at hand counts among them.
 * Verdicts on one provider are judged one after the other, so that fifty at once are not all the first.
 */
export async function isMassDeactivation(db: Queryable, provider: string): Promise<boolean> {
  await db.query(`select pg_advisory_xact_lock(hashtext('waybell deactivation'), hashtext($1))`, [provider]);
  const { rows } = await db.query<{ gone: number; answers: number }>(
    `select count(*) filter (where state = 'deactivated' or code = '${DEACTIVATION_HELD}')::int as gone,
            count(*)::int as answers
       from (select state, code from waybell.express_pushes
              where provider = $1 and answered_at is not null
              order by answered_at desc limit ${RECENT - 1}) latest`,
    [provider],
  );
  const gone = (rows[0]?.gone ?? 0) + 1;
  const answers = (rows[0]?.answers ?? 0) + 1;
  return gone >= MIN_GONE && gone > answers * MAX_SHARE;
}

/** Keeps a verdict for a person; the latest one of a device. */
export async function holdDeactivation(db: Queryable, verdict: DeviceVerdict): Promise<void> {
  const { deviceId, provider, reason, words, triedAt } = verdict;
  await db.query(
    `insert into waybell.held_deactivations (device_id, provider, reason, words, tried_at)
     values ($1, $2, $3, $4, $5)
     on conflict (device_id) do update
        set provider = excluded.provider, reason = excluded.reason, words = excluded.words,
            tried_at = excluded.tried_at, held_at = now()`,
    [deviceId, provider, reason, words, triedAt],
  );
}

/** Devices of one provider that wait for a person's word. */
export interface HeldDeactivations {
  readonly provider: string;
  readonly devices: number;
  readonly since: Date;
}

/** What is held, by provider. */
export async function countHeldDeactivations(db: Queryable): Promise<HeldDeactivations[]> {
  const { rows } = await db.query<HeldDeactivations>(
    `select provider, count(*)::int as devices, min(held_at) as since
       from waybell.held_deactivations group by provider order by provider`,
  );
  return rows;
}

/** Decides about what is held of a provider: the verdicts were right (`apply`), or wrong. Returns how many. */
export async function settleHeldDeactivations(
  db: Queryable,
  provider: string,
  apply: boolean,
): Promise<number> {
  const { rows } = await db.query<{ device_id: string; reason: string; tried_at: Date }>(
    'delete from waybell.held_deactivations where provider = $1 returning device_id, reason, tried_at',
    [provider],
  );
  if (apply) {
    for (const { device_id, reason, tried_at } of rows)
      await deactivateDevice(db, device_id, reason, tried_at);
  }
  return rows.length;
}

export interface PushCode {
  readonly code: string;
  readonly count: number;
}

/** How a provider's pushes of the last 24 hours went, the most frequent first. */
export async function recentPushCodes(db: Queryable, provider: string): Promise<PushCode[]> {
  const { rows } = await db.query<PushCode>(
    `select coalesce(code, state) as code, count(*)::int as count
       from waybell.express_pushes
      where provider = $1 and answered_at > now() - interval '24 hours'
      group by 1 order by 2 desc, 1`,
    [provider],
  );
  return rows;
}
