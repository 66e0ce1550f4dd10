import { type AttentionFilter, listWaitingDeliveries } from '../database/attention';
import { inTransaction } from '../database/pool';
import { type Entry, ofDelivery } from './attention-entry';
import { type AttentionParts, type AttentionSum, QUERY_TIMEOUT_MS, sumAttention } from '../insight/attention';

export interface AttentionPage extends Pick<AttentionSum, 'counts' | 'overdue'> {
  readonly entries: readonly Entry[];
  /** Where the next page begins; `null` at the end. */
  readonly next: string | null;
}

/**
 * One page of all that waits. What is not a delivery, and deliveries that nobody carries on, stand on the first page,
 * before the others. On a later page the latter stand again, at their place: one may have been abandoned since the
 * first page was read.
 */
export async function listAttention(parts: AttentionParts, filter: AttentionFilter): Promise<AttentionPage> {
  const { pool, clock = Date.now } = parts;
  const { counts, overdue, others, abandoned } = await sumAttention(parts);
  const waiting = await inTransaction(pool, (db) => listWaitingDeliveries(db, filter), QUERY_TIMEOUT_MS);
  const first = filter.after === undefined ? [...others, ...abandoned] : [];
  const shown = first.filter(({ kind }) => filter.kind === undefined || filter.kind === kind);
  const isShown = new Set(shown.map(({ workflowId }) => workflowId));
  const isAbandoned = new Set(abandoned.map(({ workflowId }) => workflowId));
  const now = clock();
  const rest = waiting
    .filter(({ workflowId }) => !isShown.has(workflowId))
    .map((one) => ofDelivery(one, isAbandoned.has(one.workflowId) ? false : null, now));
  return {
    ...{ counts, overdue },
    entries: [...shown, ...rest],
    next: waiting.length < filter.limit ? null : (waiting.at(-1)?.cursor ?? null),
  };
}
