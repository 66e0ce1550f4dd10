import type { RetryRequest } from '../shipment/retry-request';
import { retryDelivery, type RetryEnd, type RetryParts } from '../deliveries/retry';
import { type DeliveryPage, listDeliveries } from '../deliveries/list';

/** What a retry of many needs of Temporal. */
export interface DeliveryControl {
  readonly list: (query: string, from: string | null) => Promise<DeliveryPage>;
  /** @param bulkId of the bulk retry: a repeat asks and starts nothing twice */
  readonly retry: (workflowId: string, request: RetryRequest, bulkId: string) => Promise<RetryEnd>;
}

export function createDeliveryControl(parts: RetryParts): DeliveryControl {
  return {
    list: (query, from) => listDeliveries(parts.temporal, query, from),
    retry: (workflowId, request, bulkId) => retryDelivery(parts, workflowId, request, bulkId),
  };
}
