import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { takeLedger } from '../../src/api/take-ledger';

/**
 * Everything that a suite has accepted and decided is accounted for. Its API processes have ended: what they had to
 * give to the archive is there, and who keeps something for Temporal is not waited for.
 */
export async function requireClosedLedger(
  { pool, temporal }: { readonly pool: pg.Pool; readonly temporal: Client },
  since: Date,
): Promise<void> {
  await pool.query(`update waybell.journals set heard_at = '-infinity'`);
  const { closes, updates, audiences, differences } = await takeLedger({ pool, temporal }, since);
  if (closes) return;
  throw new Error(`the ledger does not close: ${JSON.stringify({ updates, audiences, differences })}`);
}
