import type { Verdict } from './decide-announcement';
import type { EndReason } from './end-reason';
import type { TellingFacts } from './shop-facts';
import type { ShipmentStatus } from './status';
import type { Audience } from './update';
import { WITHOUT_PUSH, type Withheld } from './who-is-told';

export const SEND_STATUSES = ['sending', 'success', 'partial', 'no-targets', 'failed', 'superseded'] as const;
/**
 * How far a notification got, in the words of the seed's `send_status` column. `sending` is a word that the
 * old consumer does not pick up; `success` says that a provider accepted it, not that a phone showed it.
 */
export type SendStatus = (typeof SEND_STATUSES)[number];

export const WAIT_KINDS = ['order', 'device', 'retry', 'members'] as const;
/**
 * What a delivery waits for, as its wait is stored: an order, a device of an owner, a person who retries, or that the
 * shop says again who belongs to a merchant.
 */
export type WaitKind = (typeof WAIT_KINDS)[number];

/** The same, in the words that an operator searches for. */
export const ATTENTION_OF = {
  order: 'order-not-found',
  device: 'no-targets',
  retry: 'push-failed',
  members: 'members-unknown',
} as const satisfies Readonly<Record<WaitKind, string>>;
export type Attention = (typeof ATTENTION_OF)[WaitKind];
export const ATTENTIONS = WAIT_KINDS.map((kind) => ATTENTION_OF[kind]);

/** What is known about one notification when a round of pushes has ended. */
export interface AudienceFacts {
  readonly audience: Audience;
  /** Devices by the end of their push. */
  readonly accepted: number;
  readonly failed: number;
  /** Whether the owner ever registered a device, active or not. */
  readonly everHadDevice: boolean;
  /** False once a newer status of the waybill is committed. */
  readonly current: boolean;
  /** Whether the status is too old to be told. */
  readonly tooOld: boolean;
  /** Pushes that came too late for that. */
  readonly tooLate: number;
  /** Whether its owner has no phone by design, as in a mini-program. */
  readonly withoutPush: boolean;
  /** Whether the people of its merchant could not be found, who are to be told too. */
  readonly membersUnknown: boolean;
}

export interface AudienceVerdict {
  readonly sendStatus: SendStatus;
  /** What would help, and which limit says for how long that is waited for. */
  readonly need: { readonly kind: WaitKind; readonly limit: 'retry' | 'device' | 'firstDevice' } | null;
  /** Why nothing would. */
  readonly reason?: typeof WITHOUT_PUSH;
}

/** Judges one notification. */
export function judgeAudience(facts: AudienceFacts): AudienceVerdict {
  const worthTelling = facts.current && !facts.tooOld;
  const lacksMembers = facts.membersUnknown && worthTelling && !facts.withoutPush;
  if (facts.failed > 0 || lacksMembers) {
    const sendStatus = facts.accepted > 0 ? 'partial' : facts.current ? 'failed' : 'superseded';
    const kind = lacksMembers ? 'members' : 'retry';
    return { sendStatus, need: worthTelling ? { kind, limit: 'retry' } : null };
  }
  if (facts.accepted > 0) return { sendStatus: 'success', need: null };
  if (!facts.current || facts.tooLate > 0) return { sendStatus: 'superseded', need: null };
  if (facts.tooOld) return { sendStatus: 'no-targets', need: null };
  if (facts.withoutPush) return { sendStatus: 'no-targets', need: null, reason: WITHOUT_PUSH };
  const limit = facts.everHadDevice ? 'device' : 'firstDevice';
  return { sendStatus: 'no-targets', need: { kind: 'device', limit } };
}

/** Judges a notification that goes to nobody any more: what it reached until then stays true. */
export function judgeEnded({ accepted, failed }: Pick<AudienceFacts, 'accepted' | 'failed'>): SendStatus {
  if (accepted === 0) return 'superseded';
  return failed > 0 ? 'partial' : 'success';
}

/** One word for the whole delivery. */
export function overallStatus(statuses: readonly SendStatus[]): SendStatus {
  const [first, ...rest] = statuses;
  if (first === undefined) return 'no-targets';
  if (rest.every((status) => status === first)) return first;
  if (statuses.some((status) => status === 'success' || status === 'partial')) return 'partial';
  return statuses.includes('failed') ? 'failed' : 'no-targets';
}

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
  /** Until when the status may be told; ISO 8601. Absent in decisions from before news had an age. */
  readonly tellUntil?: string;
  /** That time is over: nobody is told. */
  readonly tooOld?: true;
  /** Nothing says whether the buyer has signed or the sender: the message leaves it open too. */
  readonly unproven?: true;
  /** Other rows of the shop that have this number with an order: each has a delivery of its own. */
  readonly beside?: readonly string[];
  /** A late scan of a number that its row of the shop has no more: nobody is told. */
  readonly renumbered?: true;
}

export interface Recipients {
  readonly orderId: string;
  readonly userId: string | null;
  readonly merchantId: string | null;
  /** What its shop says beside, as far as it is understood; absent where that is nothing, and in older histories. */
  readonly facts?: TellingFacts;
}

/**
 * The answer of `resolveRecipients`. Without an order, the wait is already committed when this is given; `waitMs` is how
 * long it is until then by the database's own clock, milliseconds. Older histories lack that.
 */
export type Resolution =
  | { readonly kind: 'found'; readonly recipients: Recipients }
  | { readonly kind: 'order-not-found'; readonly until: string; readonly waitMs?: number }
  | { readonly kind: 'gave-up'; readonly tooOld?: boolean }
  | { readonly kind: 'superseded'; readonly renumbered?: true };

export interface NotificationRef {
  readonly messageId: string;
  readonly audience: Audience;
  readonly recipientId: string;
  /** Set when it goes to nobody any more. */
  readonly ended?: NotificationEnd;
}

/** Whose parcel it is: the burst of one merchant does not delay the pushes of another. */
export const merchantOf = (notifications: readonly NotificationRef[]): string | undefined =>
  notifications.find(({ audience }) => audience === 'merchant')?.recipientId;

/**
 * Why a notification goes to nobody any more: the shop has deleted its row, the order names nobody for its audience, or
 * it names another person, who has a message of their own; or the order is such that its audience is not told.
 */
export type NotificationEnd = 'notification-deleted' | 'recipient-gone' | 'recipient-changed' | Withheld;

/** What a delivery tells of which parcel. */
export interface ToldParcel {
  readonly carrier: string;
  readonly trackingNo: string;
  readonly decision: Decision;
}

export interface DeviceRef {
  readonly deviceId: string;
  readonly messageId: string;
  readonly audience: Audience;
  /** The last characters of the cid, for people; the cid itself stays in the database. */
  readonly cidTail: string;
  /** Whose queue the push takes. Absent when it stays in the queue of the deliveries. */
  readonly provider?: string;
  /** Its first try may be made in the workflow task that found it. Older histories lack it. */
  readonly near?: true;
}

/** How a try ended that is to be made again: what the next one has to know. */
export interface FailedTry {
  readonly type: 'PushRetryLater' | 'ProviderHeld';
  readonly words: string;
  /** How long after it the next one comes; milliseconds. */
  readonly delayMs: number;
  /** The least generation of the next request; 0 where the row of the push says it. */
  readonly generation: number;
}

export interface DevicePage {
  readonly devices: readonly DeviceRef[];
  /** Whether more devices follow after these. */
  readonly more: boolean;
  /** Whose the notifications are now. Older histories lack it. */
  readonly notifications?: readonly NotificationRef[];
  /** Whom the order names now; absent while there is none, and in older histories. */
  readonly recipients?: Recipients;
  /** The people of the merchant could not be found: their phones are not among these. */
  readonly membersUnknown?: boolean;
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
  /** Of a near try: the database does not know of it yet. */
  readonly unwritten?: true;
}

export interface AudienceOutcome {
  readonly audience: Audience;
  readonly sendStatus: SendStatus;
  readonly accepted: number;
  readonly failed: number;
  /** What this audience waits for, and until when (ISO 8601). */
  readonly attention: Attention | null;
  readonly until: string | null;
  /** Why it is told nothing, where that is no fault. Absent in older histories. */
  readonly reason?: Withheld | typeof WITHOUT_PUSH;
}

export interface Outcome {
  readonly sendStatus: SendStatus;
  readonly reason: EndReason;
  readonly audiences: readonly AudienceOutcome[];
  /** The next deadline of what is waited for; `null` when nothing is: the delivery is closed. */
  readonly wakeAt: string | null;
  /** How long it is until then by the database's own clock, milliseconds. Older histories lack it. */
  readonly wakeInMs?: number | null;
  /** The highest round of this delivery's pushes. Older histories lack it. */
  readonly lastRound?: number;
  /** Whom the order names now; absent while there is none, and in older histories. */
  readonly recipients?: Recipients;
  /** True when a device turned up after the last look. */
  readonly lookAgain: boolean;
}
