import type { Queryable } from './pool';

export async function noteSweep(db: Queryable): Promise<void> {
  await db.query(
    `insert into waybell.sweeps (swept_at) values (now())
     on conflict (only_row) do update set swept_at = excluded.swept_at`,
  );
}

/**
 * Since when deliveries wait that no sweep has looked at, though it comes every minute; `null` when one has looked
 * within three, or nothing waits for that long.
 */
export async function findMissedSweep(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ missed: Date | null }>(
    `select max(greatest(oldest.since, s.swept_at)) as missed
       from (select min(since) as since from waybell.express_waits) oldest
       left join waybell.sweeps s on true
      where greatest(oldest.since, s.swept_at) < now() - interval '3 minutes'`,
  );
  return rows[0]?.missed ?? null;
}
