import type { DueWait } from '../database/due-waits';
import type { RetryRequest } from '../shipment/retry-request';
import type { ShipmentUpdate } from '../shipment/update';
import type { DeliveryInput } from '../workflows/contract';
import { eraseHistories, type Histories } from './erase-histories';
import { startErasure } from './erasure';
import { listDeliveries, type DeliveryPage } from './list';
import { retryDelivery, type RetryEnd, type RetryParts } from './retry';
import { hasEnded } from './runs';
import { startForRow, startVersion } from './start';
import { wakeDelivery } from './wake';

/** An update for one of several rows of the shop. */
export type RowUpdate = Pick<DeliveryInput, 'update' | 'reread'> & { readonly waybillId: string };

/** What steps do with deliveries other than their own. */
export interface DeliveryControl {
  /** Delivers another version of what this workflow delivered; one that is known starts nothing. */
  readonly startVersion: (workflowId: string, update: ShipmentUpdate) => Promise<unknown>;
  /** Delivers the same update for another row of the shop; one that is known starts nothing. */
  readonly startForRow: (workflowId: string, told: RowUpdate) => Promise<unknown>;
  readonly list: (query: string, from: string | null) => Promise<DeliveryPage>;
  /** @param bulkRetryId of the bulk retry: a repeat asks and starts nothing twice */
  readonly retry: (workflowId: string, request: RetryRequest, bulkRetryId: string) => Promise<RetryEnd>;
  /** Deletes deliveries from Temporal, and ends those that run. */
  readonly eraseHistories: (histories: Histories) => Promise<number>;
  /** Starts an erasure that is written down, unless it runs. */
  readonly startErasure: (erasureId: string) => Promise<void>;
}

/** How activities reach deliveries other than their own. */
export interface DeliveryReach {
  /** Signals a waiting delivery. `gone`: Temporal has no open workflow of that id. */
  readonly wake: (wait: DueWait) => Promise<'woken' | 'gone'>;
  /** Whether a delivery has ended as Temporal knows: none does that went with its database. */
  readonly hasEnded: (workflowId: string) => Promise<boolean>;
  /** Starts deliveries, finds them and tries them again. */
  readonly deliveries: DeliveryControl;
}

export function reachDeliveries(parts: RetryParts): DeliveryReach {
  const { temporal } = parts;
  return {
    wake: (wait) => wakeDelivery(temporal, wait),
    hasEnded: (workflowId) => hasEnded(temporal, workflowId),
    deliveries: {
      startVersion: (workflowId, update) =>
        startVersion(parts, { update, limits: parts.waitLimits }, workflowId),
      startForRow: (workflowId, told) =>
        startForRow(parts, { ...told, limits: parts.waitLimits }, workflowId),
      list: (query, from) => listDeliveries(temporal, query, from),
      retry: (workflowId, request, bulkRetryId) => retryDelivery(parts, workflowId, request, bulkRetryId),
      eraseHistories: (histories) => eraseHistories(temporal, histories),
      startErasure: (erasureId) => startErasure(parts, erasureId),
    },
  };
}
