import type { Verdict } from './decide-announcement';
import type { Attention, SendStatus } from './send-status';
import type { ShipmentStatus } from './status';
import type { Audience } from './update';

/** What the steps of a delivery hand to each other through Temporal's history: ids, words and times only. */

/** What was decided about one update; stored with its events, so that a repeat gets the same answer. */
export interface Decision {
  readonly verdict: Verdict;
  readonly waybillId: string;
  /** For verdict `announce`: which status is told, for the how-manyeth time of this parcel. */
  readonly status: ShipmentStatus | null;
  readonly occurrence: number;
  readonly instance: number;
  /** Workflow ids of older deliveries of this waybill that still wait or push. */
  readonly supersedes: readonly string[];
  /** For a delivery that was opened again: the last round of its pushes. */
  readonly lastRound?: number;
}

export interface Recipients {
  readonly orderId: string;
  readonly userId: string | null;
  readonly merchantId: string | null;
}

/** The answer of `resolveRecipients`. Without an order, the wait is already committed when this is given. */
export type Resolution =
  | { readonly kind: 'found'; readonly recipients: Recipients }
  | { readonly kind: 'order-not-found'; readonly until: string }
  | { readonly kind: 'gave-up' }
  | { readonly kind: 'superseded' };

export interface NotificationRef {
  readonly messageId: string;
  readonly audience: Audience;
  readonly recipientId: string;
}

export interface DeviceRef {
  readonly deviceId: string;
  readonly messageId: string;
  readonly audience: Audience;
  /** The last characters of the cid, for people; the cid itself stays in the database. */
  readonly cidTail: string;
  /** Whose queue the push takes. Absent when it stays in the queue of the deliveries. */
  readonly provider?: string;
}

export interface DevicePage {
  readonly devices: readonly DeviceRef[];
  /** Whether more devices follow after these. */
  readonly more: boolean;
}

export const PUSH_STATES = ['accepted', 'failed', 'deactivated', 'moved', 'superseded'] as const;
/**
 * How a push ended: `accepted` by the provider; `failed` for good; `deactivated`: the provider says the
 * device is gone; `moved`: the device is no longer active or no longer its owner's; `superseded` by a newer
 * status before it started.
 */
export type PushState = (typeof PUSH_STATES)[number];

export interface PushResult {
  readonly deviceId: string;
  readonly messageId: string;
  readonly audience: Audience;
  readonly cidTail: string;
  readonly state: PushState;
  /** Our word for the reason, then the provider's words. */
  readonly reason: string;
  readonly words: string;
}

export interface AudienceOutcome {
  readonly audience: Audience;
  readonly sendStatus: SendStatus;
  readonly accepted: number;
  readonly failed: number;
  /** What this audience waits for, and until when (ISO 8601). */
  readonly attention: Attention | null;
  readonly until: string | null;
}

export interface Outcome {
  readonly sendStatus: SendStatus;
  readonly reason: string;
  readonly audiences: readonly AudienceOutcome[];
  /** The next deadline of what is waited for; `null` when nothing is: the delivery is closed. */
  readonly wakeAt: string | null;
  /** True when a device turned up after the last look. */
  readonly lookAgain: boolean;
}
