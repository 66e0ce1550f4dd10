import { wordAt } from '../shipment/status';
import type { Audience } from '../shipment/update';
import type { Withheld } from '../shipment/who-is-told';
import type { Queryable } from './pool';

/** Whom a delivery tells nothing although the order names them, and why. */
export type WithheldAudiences = Readonly<Partial<Record<Audience, Withheld>>>;

/** Keeps it with the decision: such an audience need not have a notification that could say so. */
export async function writeWithheld(
  db: Queryable,
  workflowId: string,
  withheld: WithheldAudiences,
): Promise<void> {
  const value = Object.keys(withheld).length === 0 ? null : JSON.stringify(withheld);
  await db.query(
    `update waybell.express_updates set withheld = $2::jsonb
      where workflow_id = $1 and withheld is distinct from $2::jsonb`,
    [workflowId, value],
  );
}

/** What the newest scan that a delivery tells of says in its source's own word, as `source/word`. */
export async function selectToldWord(db: Queryable, workflowId: string): Promise<string | null> {
  const { rows } = await db.query<{ source: string; word: string }>(
    `select e.source, e.raw_status as word
       from waybell.express_updates u
       join waybell.platform_express_events e
         on e.waybill_id = u.waybill_id and e.instance = u.instance and e.status = u.status
      where u.workflow_id = $1
      order by e.event_time desc limit 1`,
    [workflowId],
  );
  const [row] = rows;
  return row ? wordAt(row.source, row.word) : null;
}
