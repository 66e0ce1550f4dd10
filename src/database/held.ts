import type { CircuitCause } from '../push/provider';
import type { Queryable } from './pool';

/** The first probe comes after this, and each next one after twice as long; seconds. */
const FIRST_PROBE_S = 30;
/** No longer than this between two probes, so that a healed provider is noticed soon; seconds. */
const MAX_PROBE_S = 10 * 60;

/** SQL: when the next probe may come, after `probes` that failed. */
export const NEXT_PROBE = (probes: string): string =>
  `now() + least(${FIRST_PROBE_S} * power(2, least(${probes}, 10)), ${MAX_PROBE_S}) * interval '1 second'`;

/** A provider whose pushes are held. */
export interface PushCircuit {
  readonly provider: string;
  readonly cause: CircuitCause;
  /** The provider's own words. */
  readonly words: string;
  readonly openedAt: Date;
  /** When the next push may try; `null` when only a person lets them go. */
  readonly probeAt: Date | null;
}

export interface CircuitReason {
  readonly cause: CircuitCause;
  readonly words: string;
  /** Whether pushes may try by themselves whether the provider takes them again. */
  readonly probed: boolean;
}

/** Holds all pushes of a provider. The first cause stays; words are the latest. */
export async function openCircuit(db: Queryable, provider: string, reason: CircuitReason): Promise<void> {
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
export async function closeCircuit(db: Queryable, provider: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from waybell.push_circuits where provider = $1', [provider]);
  return rowCount === 1;
}

export async function listCircuits(db: Queryable): Promise<PushCircuit[]> {
  const { rows } = await db.query<PushCircuit>(
    `select provider, cause, words, opened_at as "openedAt", probe_at as "probeAt"
       from waybell.push_circuits order by provider`,
  );
  return rows;
}

/** How far back complaints count: together they are one trouble, a day apart they are several. */
const COMPLAINT_WINDOW = "interval '10 minutes'";

/**
 * How many other devices lately brought the same complaint, since the provider accepted anything: who registers
 * broken devices cannot hold the pushes of a provider that works.
 */
export async function countOtherComplaints(
  db: Queryable,
  { provider, deviceId, reason }: { provider: string; deviceId: string; reason: string },
): Promise<number> {
  const { rows } = await db.query<{ devices: number }>(
    `select count(distinct device_id)::int as devices from waybell.express_pushes
      where provider = $1 and code = $2 and device_id <> $3
        and answered_at > greatest(now() - ${COMPLAINT_WINDOW},
              (select max(answered_at) from waybell.express_pushes
                where provider = $1 and state = 'accepted' and answered_at > now() - ${COMPLAINT_WINDOW}))`,
    [provider, reason, deviceId],
  );
  return rows[0]?.devices ?? 0;
}
