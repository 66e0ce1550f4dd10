import type { Queryable } from './pool';

/** The seed's queue. Whatever fills it makes the old consumer push what Waybell pushes too. */
const OLD_QUEUE = 'notify_queue';

interface FeedingTrigger {
  readonly name: string;
  readonly function: string;
}

/**
 * Finds enabled triggers that feed the old queue, on tables that Waybell writes and on every other `express`
 * table. A function that reaches the queue through another function is not recognised.
 */
export async function findFeedingTriggers(
  db: Queryable,
  written: readonly { readonly schema: string; readonly table: string }[],
  allowed: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<FeedingTrigger>(
    `select format('%s.%s', c.relname, t.tgname) as name, p.proname as function
       from pg_trigger t
       join pg_class c on c.oid = t.tgrelid
       join pg_namespace n on n.oid = c.relnamespace
       join pg_proc p on p.oid = t.tgfoid
      where not t.tgisinternal
        and t.tgenabled <> 'D'
        and strpos(lower(p.prosrc), $1) > 0
        and (c.relname like '%express%'
             or exists (select from jsonb_to_recordset($2) as w(schema text, "table" text)
                         where w.schema = n.nspname and w.table = c.relname))
      order by 1`,
    [OLD_QUEUE, JSON.stringify(written)],
  );
  return rows
    .filter(({ name }) => !allowed.includes(name))
    .map(
      ({ name, function: called }) =>
        `Trigger ${name} (function ${called}) feeds ${OLD_QUEUE}: people would get every push twice. Disable it, or add ${name} to ALLOWED_TRIGGERS.`,
    );
}
