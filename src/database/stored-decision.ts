import type { Decision } from '../shipment/delivery';
import type { Queryable } from './pool';

/** The decision that an earlier run of the same step stored. */
export async function selectStoredDecision(db: Queryable, workflowId: string): Promise<Decision | null> {
  const { rows } = await db.query<{ decision: Decision }>(
    `select decision from waybell.express_updates where workflow_id = $1`,
    [workflowId],
  );
  return rows[0]?.decision ?? null;
}

/**
 * Opens a closed delivery again, for a person who asked for another try.
 * @returns the last round of its pushes; 0 when nothing was pushed.
 */
export async function reopenUpdate(db: Queryable, workflowId: string): Promise<number> {
  await db.query(
    `update waybell.express_updates
        set state = 'open', outcome = null, reason = null, closed_at = null
      where workflow_id = $1 and verdict = 'announce'`,
    [workflowId],
  );
  const { rows } = await db.query<{ round: number }>(
    `select coalesce(max(round), 0)::int as round from waybell.express_pushes where workflow_id = $1`,
    [workflowId],
  );
  return rows[0]?.round ?? 0;
}
