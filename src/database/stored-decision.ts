import type { Decision } from '../shipment/delivery';
import type { Queryable } from './pool';

export interface StoredDecision {
  readonly decision: Decision;
  /** Whether a run other than `runId` has finished this delivery. */
  endedBefore(runId: string): boolean;
}

/** The decision that an earlier run of the same step stored. */
export async function selectStoredDecision(
  db: Queryable,
  workflowId: string,
): Promise<StoredDecision | null> {
  const { rows } = await db.query<{ decision: Decision; closed: boolean; run_id: string | null }>(
    `select decision, state = 'closed' as closed, run_id from waybell.express_updates where workflow_id = $1`,
    [workflowId],
  );
  const [row] = rows;
  if (!row) return null;
  const { decision, closed, run_id } = row;
  return { decision, endedBefore: (runId) => closed && run_id !== null && run_id !== runId };
}

/**
 * Opens a closed delivery again, for a person who asked for another try.
 * @returns the last round of its pushes; 0 when nothing was pushed.
 */
export async function reopenUpdate(db: Queryable, workflowId: string, runId: string): Promise<number> {
  await db.query(
    `update waybell.express_updates
        set state = 'open', outcome = null, reason = null, closed_at = null, run_id = $2
      where workflow_id = $1 and verdict = 'announce'`,
    [workflowId, runId],
  );
  const { rows } = await db.query<{ round: number }>(
    `select coalesce(max(round), 0)::int as round from waybell.express_pushes where workflow_id = $1`,
    [workflowId],
  );
  return rows[0]?.round ?? 0;
}
