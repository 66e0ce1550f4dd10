import { selectErasedUntil } from '../database/erasure-marks';
import type { Queryable } from '../database/pool';
import { tellsOnlyOf } from '../deliveries/erasable-webhook';
import { isOfErased } from '../shipment/erasure';
import type { JournalEntry } from './journal-entry';

/**
 * The webhooks that tell of nothing but parcels which were erased, however late they come: what stands in their bodies
 * is not archived.
 */
export async function findErased(db: Queryable, page: readonly JournalEntry[]): Promise<ReadonlySet<string>> {
  const updates = page.flatMap(({ deliveries }) => deliveries.map(({ update }) => update));
  const numbers = [...new Set(updates.map(({ trackingNo }) => trackingNo))];
  const until = await selectErasedUntil(db, 'number', numbers);
  if (until.size === 0) return new Set();
  const alone = page.filter(({ deliveries, flaws }) => {
    const workflowIds = deliveries.map(({ workflowId }) => workflowId);
    const gone = deliveries.filter(({ update }) => isOfErased(until.get(update.trackingNo), update));
    const numbersGone = new Set(gone.map(({ update }) => update.trackingNo));
    return tellsOnlyOf({ workflowIds, flaws }, (number) => numbersGone.has(number));
  });
  return new Set(alone.map(({ id }) => id));
}
