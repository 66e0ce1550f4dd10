import { deactivateDevice } from './deactivate-device';
import type { Queryable } from './pool';

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
