/** One message for one device, ready for the wire. */
export interface PushMessage {
  /** The notification; travels in the payload so that the phone can post its receipt. */
  readonly messageId: string;
  readonly appid: string;
  /**
   * The device, in its provider's words: uni-push's or GeTui's cid, FCM's registration token, APNs's device token,
   * the endpoint of a Web Push subscription. Never empty: with an empty target uni-push broadcasts to every phone.
   */
  readonly cid: string;
  readonly title: string;
  readonly content: string;
  /** 10 to 32 characters; the same again only when the last try ended without a definite answer. */
  readonly requestId: string;
  /** Of two messages with the same key the phone shows the newer one only: one key per waybill and audience. */
  readonly overwriteKey: string;
  /** How long the message is worth storing for a phone that is off, milliseconds. */
  readonly timeToLiveMs: number;
  /** When the app registered the device last. A verdict on the device that is older than this is void. */
  readonly registeredAt: Date;
  /** Web Push only. */
  readonly subscription?: WebPushKeys;
  /** APNs only; its token is known in one of the two. */
  readonly apnsEnvironment?: ApnsEnvironment;
}

/** What a browser's `PushSubscription` holds beside its endpoint; all in base64url. */
export interface WebPushKeys {
  readonly p256dh: string;
  readonly auth: string;
  /** The `applicationServerKey` that it was made with, where the registration said so. */
  readonly vapidKey?: string;
}

export const APNS_ENVIRONMENTS = ['production', 'sandbox'] as const;
export type ApnsEnvironment = (typeof APNS_ENVIRONMENTS)[number];

export const PUSH_CLASSES = ['accepted', 'retry', 'deactivate', 'fail'] as const;
/**
 * What to do about one provider answer. `accepted` is the provider's word, not the phone's: that something was
 * delivered or shown only a receipt says.
 */
export type PushClass = (typeof PUSH_CLASSES)[number];

/**
 * Why a provider would refuse the pushes to other devices too.
 * - `credential`: our keys are refused.
 * - `quota`: the day's number, or the account, is used up.
 * - `project`: wrong space, address or package, or a function that loses the target.
 * - `suspect`: the settings, or this one device: one that belongs to another project, or an endpoint that somebody
 *   made up. Open the circuit when several different devices bring it, so that nobody can close a shop's pushes by
 *   registering one.
 */
export const CIRCUIT_CAUSES = ['credential', 'quota', 'project', 'suspect'] as const;
export type CircuitCause = (typeof CIRCUIT_CAUSES)[number];

export interface PushAnswer {
  readonly class: PushClass;
  /** Our word for the reason, from the provider's table: `invalid_cid`, `rate_limited`, … */
  readonly reason: string;
  /** The provider's own code and words, bounded, safe to log. */
  readonly words: string;
  /** For `retry`: not sooner than this, milliseconds. */
  readonly retryAfterMs?: number;
  /** True when the provider certainly did not take the message, so that the next try needs a new request id. */
  readonly definite: boolean;
  /** What the provider calls the message: its receipts and its console know it under this. */
  readonly providerId?: string;
  /** For `fail`: opens the provider's circuit. The device is not to blame. */
  readonly circuit?: CircuitCause;
}

/** Builds the request, sends it once, classifies the answer. Never throws: every failure is an answer. */
export interface PushProvider {
  readonly name: string;
  send(message: PushMessage, signal: AbortSignal): Promise<PushAnswer>;
  /**
   * Shows our credentials to the provider and nothing else: no phone is named, nothing is pushed. `accepted` when it
   * takes them. Missing where a provider cannot be asked without a push.
   */
  checkCredentials?(signal: AbortSignal): Promise<PushAnswer>;
  /** Ends connections that are kept open. Nothing may be sent afterwards. */
  close?(): Promise<void>;
}
