import type { DueWait } from '../database/due-waits';
import type { RetryRequest } from '../shipment/retry-request';
import { listDeliveries, type DeliveryPage } from './list';
import { retryDelivery, type RetryEnd, type RetryParts } from './retry';
import { wakeDelivery } from './wake';

/** What a bulk retry needs of Temporal. */
export interface DeliveryControl {
  readonly list: (query: string, from: string | null) => Promise<DeliveryPage>;
  /** @param bulkRetryId of the bulk retry: a repeat asks and starts nothing twice */
  readonly retry: (workflowId: string, request: RetryRequest, bulkRetryId: string) => Promise<RetryEnd>;
}

/** How activities reach deliveries other than their own. */
export interface DeliveryReach {
  /** Signals a waiting delivery. `gone`: Temporal has no open workflow of that id. */
  readonly wake: (wait: DueWait) => Promise<'woken' | 'gone'>;
  /** Finds deliveries and tries them again, for a bulk retry. */
  readonly deliveries: DeliveryControl;
}

export function reachDeliveries(parts: RetryParts): DeliveryReach {
  const { temporal } = parts;
  return {
    wake: (wait) => wakeDelivery(temporal, wait),
    deliveries: {
      list: (query, from) => listDeliveries(temporal, query, from),
      retry: (workflowId, request, bulkRetryId) => retryDelivery(parts, workflowId, request, bulkRetryId),
    },
  };
}
