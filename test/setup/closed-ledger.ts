import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { balanceLedger } from '../../src/insight/ledger';

/**
 * Closes deliveries whose steps a suite has called by itself: no workflow brings them to their end, which the ledger
 * would rightly name.
 */
export async function closeWithoutWorkflow(pool: pg.Pool, workflowIds: readonly string[]): Promise<void> {
  await pool.query(
    `update waybell.express_updates
        set state = 'closed', outcome = 'failed', reason = 'its steps were called without a workflow', closed_at = now()
      where workflow_id = any ($1) and state = 'open'`,
    [workflowIds],
  );
}

/**
 * Everything that a suite has accepted and decided is accounted for. Its API processes have ended: what they had to
 * give to the archive is there, and who keeps something for Temporal is not waited for.
 * @param terminated deliveries that the suite itself ended from outside: those may be missing at their end
 */
export async function requireClosedLedger(
  { pool, temporal }: { readonly pool: pg.Pool; readonly temporal: Client },
  since: Date,
  terminated: readonly string[] = [],
): Promise<void> {
  await pool.query(`update waybell.journals set heard_at = '-infinity'`);
  const { closes, updates, audiences, differences } = await balanceLedger({ pool, temporal }, since);
  const unexpected = differences.filter(({ workflowId }) => !terminated.includes(workflowId));
  if (unexpected.length === 0 && (closes || terminated.length > 0)) return;
  throw new Error(`the ledger does not close: ${JSON.stringify({ updates, audiences, unexpected })}`);
}
