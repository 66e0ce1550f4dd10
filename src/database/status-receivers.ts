import type { Queryable } from './pool';

/** Who is told nothing yet begins with what is written from now on. */
export async function addReceiver(db: Queryable, receiver: string): Promise<void> {
  await db.query(
    `insert into waybell.status_receivers (receiver, position) values ($1, waybell.settled_position())
     on conflict (receiver) do nothing`,
    [receiver],
  );
}

/** The right to tell a receiver, for a while. */
export interface Lease {
  readonly id: string;
  readonly ms: number;
}

export interface Leased {
  /** The last change that it took. */
  readonly position: number;
  /** How often in a row it has not taken the next one. */
  readonly failures: number;
}

/**
 * Takes the right to tell a receiver, where there is something to tell and its time has come.
 * @returns `null` while another process has it, or there is nothing to do; then no row is written
 */
export async function leaseReceiver(db: Queryable, receiver: string, lease: Lease): Promise<Leased | null> {
  const { rows } = await db.query<Leased>(
    `update waybell.status_receivers r
        set lease = $2, leased_until = now() + $3 * interval '1 millisecond'
      where r.receiver = $1 and r.disabled_at is null and r.next_at <= now() and r.leased_until <= now()
        and exists (select from waybell.status_changes c where c.position > r.position)
     returning r.position::float8 as position, r.failures`,
    [receiver, lease.id, lease.ms],
  );
  return rows[0] ?? null;
}

/**
 * Notes that a receiver took a change, and keeps the right to tell it the next one.
 * @returns whether it still is ours: another process, or a person, may have it by now
 */
export async function writeTaken(
  db: Queryable,
  receiver: string,
  lease: Lease,
  position: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update waybell.status_receivers
        set position = $3, taken_at = now(), failures = 0, failing_since = null, words = '',
            leased_until = now() + $4 * interval '1 millisecond'
      where receiver = $1 and lease = $2`,
    [receiver, lease.id, position, lease.ms],
  );
  return rowCount === 1;
}

/** Why a receiver did not take a change, and when it is asked again. */
export interface Refusal {
  readonly words: string;
  /** `null`: not before a person starts it anew. */
  readonly waitMs: number | null;
}

/** Notes that a receiver did not take a change, and gives back the right to tell it. */
export async function writeRefusal(
  db: Queryable,
  receiver: string,
  lease: Lease,
  { words, waitMs }: Refusal,
): Promise<void> {
  await db.query(
    `update waybell.status_receivers
        set failures = failures + 1, failing_since = coalesce(failing_since, now()), words = $3,
            next_at = now() + coalesce($4, 0) * interval '1 millisecond',
            disabled_at = case when $4::float8 is null then now() end,
            lease = null, leased_until = '-infinity'
      where receiver = $1 and lease = $2`,
    [receiver, lease.id, words, waitMs],
  );
}

/** Gives back the right to tell a receiver, where it is still ours. */
export async function endLease(db: Queryable, receiver: string, lease: Lease): Promise<void> {
  await db.query(
    `update waybell.status_receivers set lease = null, leased_until = '-infinity' where receiver = $1 and lease = $2`,
    [receiver, lease.id],
  );
}

/**
 * Starts a receiver anew, whoever tells it now: it is asked at once.
 * @param after the change after which it goes on; `null`: the last one that it took
 * @returns after which change it goes on; `null` where nothing is known of it
 */
export async function restartReceiver(
  db: Queryable,
  receiver: string,
  after: number | null,
): Promise<number | null> {
  const { rows } = await db.query<{ position: number }>(
    `update waybell.status_receivers r
        set position = case when $2::float8 is null then r.position
                            else least($2::float8::bigint, waybell.settled_position()) end,
            failures = 0, failing_since = null, words = '', disabled_at = null, next_at = now(),
            lease = null, leased_until = '-infinity'
      where r.receiver = $1
     returning r.position::float8 as position`,
    [receiver, after],
  );
  return rows[0]?.position ?? null;
}

/** More are not counted. */
export const MOST_COUNTED = 1_000;

export interface ReceiverState {
  readonly receiver: string;
  /** The last change that it took. */
  readonly position: number;
  readonly takenAt: Date | null;
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly words: string;
  readonly disabledAt: Date | null;
  /** How many changes it has not taken, as far as `MOST_COUNTED`. */
  readonly waiting: number;
  /** The first of them, and when it was written. */
  readonly next: number | null;
  readonly oldestAt: Date | null;
}

export async function listReceivers(db: Queryable, receivers: readonly string[]): Promise<ReceiverState[]> {
  const { rows } = await db.query<ReceiverState>(
    `select r.receiver, r.position::float8 as position, r.taken_at as "takenAt", r.failures,
            r.failing_since as "failingSince", r.words, r.disabled_at as "disabledAt",
            left_over.waiting, left_over.next, left_over."oldestAt"
       from waybell.status_receivers r
       cross join lateral (
         select count(*)::int as waiting, min(c.position)::float8 as next, min(c.written_at) as "oldestAt"
           from (select s.position, s.written_at from waybell.status_changes s
                  where s.position > r.position order by s.position limit ${MOST_COUNTED}) c) left_over
      where r.receiver = any ($1)
      order by r.receiver`,
    [receivers],
  );
  return rows;
}
