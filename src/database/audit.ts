import type { Queryable } from './pool';
import type { Batch } from './retention';

/** What somebody asked for. */
export interface Decision {
  readonly actor: string;
  readonly place: string;
  readonly action: string;
  readonly subject: string;
  readonly asked: string;
}

export interface AuditEntry extends Decision {
  /** Grows with time; text, since it may outgrow a number. */
  readonly id: string;
  readonly at: Date;
  /** `done`, or the code of the refusal; `null` when nobody knows. */
  readonly outcome: string | null;
}

/** @returns the id of the row, for `writeOutcome` */
export async function insertDecision(
  db: Queryable,
  { actor, place, action, subject, asked }: Decision,
): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into waybell.audit (actor, place, action, subject, asked) values ($1, $2, $3, $4, $5)
     returning id::text as id`,
    [actor, place, action, subject, asked],
  );
  return (rows[0] as { id: string }).id;
}

/** @param asked in place of what `insertDecision` has written */
export async function writeOutcome(
  db: Queryable,
  id: string,
  outcome: string,
  asked?: string,
): Promise<void> {
  await db.query('update waybell.audit set outcome = $2, asked = coalesce($3, asked) where id = $1', [
    id,
    outcome,
    asked ?? null,
  ]);
}

export interface AuditFilter {
  readonly actor?: string;
  /** Not before. */
  readonly since?: Date;
  /** Older than the entry with this id. */
  readonly before?: string;
  readonly limit: number;
}

/** The newest first. */
export async function selectAudit(
  db: Queryable,
  { actor, since, before, limit }: AuditFilter,
): Promise<AuditEntry[]> {
  const narrowing = [
    { value: actor, condition: (n: number) => `actor = $${n}` },
    { value: before, condition: (n: number) => `a.id < $${n}` },
    {
      value: since,
      condition: (n: number) =>
        `a.id >= (select id from waybell.audit where at >= $${n} order by at limit 1)`,
    },
  ].filter(({ value }) => value !== undefined);
  const conditions = narrowing.map(({ condition }, index) => condition(index + 2));
  const { rows } = await db.query<AuditEntry>(
    `select a.id::text as id, at, actor, place, action, subject, asked, outcome
       from waybell.audit a
      where ${['true', ...conditions].join(' and ')}
      order by a.id desc
      limit $1`,
    [limit, ...narrowing.map(({ value }) => value)],
  );
  return rows;
}

/** Rows of one statement. */
const BATCH = 500;

/** Forgets a batch of what is older. */
export async function deleteOldAudit(db: Queryable, days: number): Promise<Batch> {
  const { rowCount } = await db.query(
    `delete from waybell.audit
      where id = any (array(
        select id from waybell.audit where at < now() - $1 * interval '1 day' order by at limit ${BATCH}))`,
    [days],
  );
  return { more: rowCount === BATCH };
}
