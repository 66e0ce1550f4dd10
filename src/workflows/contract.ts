import type { WaitLimits } from '../shipment/attention';
import type { Verdict } from '../shipment/decide-announcement';
import type { AudienceOutcome, Decision, NotificationRef, SendStatus } from '../shipment/delivery';
import type { EndReason } from '../shipment/end-reason';
import type { ErasedCounts } from '../shipment/erasure';
import type { RetryRequest } from '../shipment/retry-request';
import type { ShipmentUpdate } from '../shipment/update';

export const DELIVERY_WORKFLOW = 'DeliveryNotification';
export const SWEEP_WORKFLOW = 'SweepWaits';
export const BULK_RETRY_WORKFLOW = 'BulkRetry';
export const RETIRE_SILENT_WORKFLOW = 'RetireSilentDevices';
export const RETENTION_WORKFLOW = 'ApplyRetention';
export const ERASE_WORKFLOW = 'Erase';
export const PUSH_TEST_WORKFLOW = 'TestPush';
export const TASK_QUEUE = 'waybell';

/** Where the pushes of one provider wait: its rate is a property of this queue, whoever works on it. */
export const pushQueue = (taskQueue: string, provider: string): string => `${taskQueue}-push-${provider}`;

/**
 * What a delivery is started with. Keys, statuses, listed words, digests of others, and times only; at most 256 KB. One
 * that an earlier release started has texts, too.
 */
export interface DeliveryInput {
  readonly update: ShipmentUpdate;
  readonly limits: WaitLimits;
  /** The update came before, and is read again: its words mean something else now. */
  readonly reread?: true;
  /** Which row of the shop it is for, where several have this number with an order; absent: the one that its carrier names. */
  readonly waybillId?: string;
  /** Set when a person restarts a delivery whose workflow has closed. */
  readonly retryOf?: RetryRequest & { readonly runId: string };
  /** Set by the workflow itself when it goes on as a new run: somebody wants it told however old it is. */
  readonly forced?: true;
  /** Set by the workflow itself when it goes on as a new run and knows already what is told to whom. */
  readonly resume?: Resume;
}

/** What is told, to whom, and in which round of pushes. */
export interface Announcement {
  readonly decision: Decision;
  readonly notifications: readonly NotificationRef[];
  readonly round: Round;
}

/** What one run of a delivery hands to the next. */
export interface Resume extends Announcement {
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
  readonly reason: EndReason;
  readonly audiences: readonly AudienceOutcome[];
}

/** A sweep that goes on for a while, pass by pass. */
export interface SweepInput {
  readonly minutes: number;
}

/** One bulk retry. Which ones is in the database, or found by the query. */
export interface BulkRetryInput {
  readonly retryId: string;
  /** Of Temporal's list of workflows; absent when all deliveries are in the database already. */
  readonly query?: string;
  /** Deliveries per second, at most. */
  readonly rate: number;
  readonly request: RetryRequest;
  /** Set by the workflow itself when it goes on as a new run. */
  readonly progress?: BulkRetryProgress;
}

/** How far a bulk retry has come. */
export interface BulkRetryProgress {
  readonly step: 'listing' | 'retrying' | 'done';
  /** Where the next page of the list begins. */
  readonly listFrom: string | null;
  readonly found: number;
  /** Open deliveries that were asked, closed ones that were started again, and those that refused. */
  readonly asked: number;
  readonly restarted: number;
  readonly refused: number;
  /** Why, of the first ones. All of them: GET /api/v1/retries/{id}. */
  readonly refusals: readonly { readonly workflowId: string; readonly words: string }[];
}

/** One erasure. Whom or what it is about stands in the database alone, and only until it is done. */
export interface EraseInput {
  readonly erasureId: string;
  /** Between its two passes; milliseconds. */
  readonly pauseMs: number;
}

/** What went, by kind. */
export interface EraseResult {
  readonly erased: ErasedCounts;
}

/** One test message. To which phone stands in the database alone, and only as long as the phone. */
export interface TestPushInput {
  readonly testId: string;
}
