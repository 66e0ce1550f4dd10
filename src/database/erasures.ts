import type { ErasedCounts, ErasureKind, ErasureSubject, Remains } from '../shipment/erasure';
import type { Queryable } from './pool';

/** An erasure as it stands. */
export interface Erasure {
  readonly id: string;
  readonly kind: ErasureKind;
  /** `null` once it is done. */
  readonly subject: ErasureSubject | null;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly doneAt: Date | null;
  /** `null` until they are listed. */
  readonly parcels: number | null;
  readonly erased: ErasedCounts;
  readonly remains: readonly Remains[];
}

const COLUMNS = `id, kind, subject || jsonb_build_object('kind', kind) as subject, requested_by as "requestedBy",
  requested_at as "requestedAt", started_at as "startedAt", done_at as "doneAt", parcels, erased, remains`;

/**
 * Writes down what is to be erased; who asks for the same while it is under way gets the same.
 * @returns its id
 */
export async function insertErasure(
  db: Queryable,
  { kind, ...subject }: ErasureSubject,
  requestedBy: string,
): Promise<string> {
  const wanted = JSON.stringify(subject);
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `waybell:erase ${kind} ${wanted}`,
  ]);
  const { rows } = await db.query<{ id: string }>(
    `with known as (
       select id from waybell.erasures where done_at is null and kind = $1 and subject = $2::jsonb limit 1),
     new as (
       insert into waybell.erasures (kind, subject, requested_by)
       select $1, $2::jsonb, $3 where not exists (select from known) returning id)
     select id from known union all select id from new`,
    [kind, wanted, requestedBy],
  );
  return (rows[0] as { id: string }).id;
}

export async function findErasure(db: Queryable, id: string): Promise<Erasure | undefined> {
  const { rows } = await db.query<Erasure>(`select ${COLUMNS} from waybell.erasures where id = $1`, [id]);
  return rows[0];
}

/** Erasures that are not done: first what nobody has begun, so that those that fail hold up none; then the oldest. */
export async function listUnfinished(db: Queryable, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from waybell.erasures where done_at is null order by started_at is not null, requested_at limit $1',
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** How many are not done that were asked for an hour ago, and the oldest of them. */
export async function findStuck(
  db: Queryable,
): Promise<{ readonly count: number; readonly oldest: string | null }> {
  const { rows } = await db.query<{ count: number; oldest: string | null }>(
    `select count(*)::int as count, (array_agg(id order by requested_at))[1] as oldest from waybell.erasures
      where done_at is null and requested_at < now() - interval '1 hour'`,
  );
  return rows[0] ?? { count: 0, oldest: null };
}

/** Notes from when on it is under way: also of one whose every try fails. */
export async function noteStarted(db: Queryable, id: string): Promise<void> {
  await db.query('update waybell.erasures set started_at = now() where id = $1 and started_at is null', [id]);
}

/** Notes how many parcels are listed. */
export async function noteListed(db: Queryable, id: string, parcels: number): Promise<void> {
  await db.query('update waybell.erasures set parcels = $2 where id = $1', [id, parcels]);
}

/** Adds to what went. */
export async function addErased(db: Queryable, id: string, counts: ErasedCounts): Promise<void> {
  await db.query(
    `update waybell.erasures
        set erased = (
          select coalesce(jsonb_object_agg(kind, total), '{}')
            from (select kind, sum(count::int) as total
                    from (select * from jsonb_each_text(erased) union all select * from jsonb_each_text($2)) as each(kind, count)
                   group by kind) sums
           where total > 0)
      where id = $1`,
    [id, JSON.stringify(counts)],
  );
}

/** Whom or what it was about is forgotten with it. */
export async function finishErasure(db: Queryable, id: string, remains: readonly Remains[]): Promise<void> {
  await db.query(
    'update waybell.erasures set done_at = now(), subject = null, remains = $2 where id = $1 and done_at is null',
    [id, JSON.stringify(remains)],
  );
  await db.query('delete from waybell.erasure_parcels where erasure_id = $1', [id]);
}

const ERASURES = 500;

/** Forgets a batch of those that were done before. */
export async function deleteOldErasures(db: Queryable, days: number): Promise<{ readonly more: boolean }> {
  const { rowCount } = await db.query(
    `delete from waybell.erasures
      where id = any (array(
        select id from waybell.erasures where done_at < now() - $1 * interval '1 day' order by done_at limit ${ERASURES}))`,
    [days],
  );
  return { more: rowCount === ERASURES };
}
