import { selectErasedUntil } from '../database/erasure-marks';
import type { Queryable } from '../database/pool';
import { tellsOnlyOf } from '../deliveries/erasable-webhook';
import type { Delivery } from '../deliveries/workflow-id';
import { isOfErased } from '../shipment/erasure';
import type { JournalEntry } from './journal-entry';

export interface Erased {
  /** Ids of webhooks that tell of nothing but parcels which were erased: what stands in their bodies is not archived. */
  readonly webhooks: ReadonlySet<string>;
  /** Workflow ids of deliveries of such parcels: their codes are not kept, whatever else the webhook tells. */
  readonly deliveries: ReadonlySet<string>;
}

/** What of these webhooks was erased, however late they come. */
export async function findErased(db: Queryable, page: readonly JournalEntry[]): Promise<Erased> {
  const all = page.flatMap(({ deliveries }) => deliveries);
  const numbers = [...new Set(all.map(({ update }) => update.trackingNo))];
  const until = await selectErasedUntil(db, 'number', numbers);
  if (until.size === 0) return { webhooks: new Set(), deliveries: new Set() };
  const isGone = ({ update }: Delivery): boolean => isOfErased(until.get(update.trackingNo), update);
  const alone = page.filter(({ deliveries, flaws }) => {
    const workflowIds = deliveries.map(({ workflowId }) => workflowId);
    const numbersGone = new Set(deliveries.filter(isGone).map(({ update }) => update.trackingNo));
    return tellsOnlyOf({ workflowIds, flaws }, (number) => numbersGone.has(number));
  });
  return {
    webhooks: new Set(alone.map(({ id }) => id)),
    deliveries: new Set(all.filter(isGone).map(({ workflowId }) => workflowId)),
  };
}
