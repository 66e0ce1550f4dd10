import type { WaitLimits } from '../config';
import type { Verdict } from '../shipment/decide-announcement';
import type { AudienceOutcome, Decision, NotificationRef } from '../shipment/delivery';
import type { RetryRequest } from '../shipment/retry-request';
import type { SendStatus } from '../shipment/send-status';
import type { ShipmentUpdate } from '../shipment/update';

export const DELIVERY_WORKFLOW = 'DeliveryNotification';
export const SWEEP_WORKFLOW = 'SweepWaits';
export const TASK_QUEUE = 'waybell';

/** What a delivery is started with. Ids, status, times, places and masked text only; at most 256 KB. */
export interface DeliveryInput {
  readonly update: ShipmentUpdate;
  readonly limits: WaitLimits;
  /** Set when a person restarts a delivery whose workflow has closed. */
  readonly retryOf?: RetryRequest & { readonly runId: string };
  /** Set by the workflow itself when it goes on with the next page of devices as a new run. */
  readonly resume?: Resume;
}

/** What one run of a delivery hands to the next. */
export interface Resume {
  readonly decision: Decision;
  readonly notifications: readonly NotificationRef[];
  readonly round: Round;
  readonly retries: readonly RetryRequest[];
}

/** One pass over the devices; a human retry starts the next. */
export interface Round {
  readonly number: number;
  /** Only these devices (ids or cids); all that need it when absent. */
  readonly only?: readonly string[];
}

/** How a delivery ended. Business outcomes complete the workflow; only broken parts fail it. */
export interface DeliveryResult {
  readonly outcome: SendStatus | Exclude<Verdict, 'announce'>;
  readonly reason: string;
  readonly audiences: readonly AudienceOutcome[];
}
