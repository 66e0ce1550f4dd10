/** One message for one device, ready for the wire. */
export interface PushMessage {
  /** The notification; travels in the payload so that the phone can post its receipt. */
  readonly messageId: string;
  readonly appid: string;
  /** The device. Never empty: with an empty target uni-push broadcasts to every phone. */
  readonly cid: string;
  readonly title: string;
  readonly content: string;
  /** 10 to 32 characters; the same again only when the last try ended without a definite answer. */
  readonly requestId: string;
}

export const PUSH_CLASSES = ['accepted', 'retry', 'deactivate', 'fail'] as const;
/**
 * What to do about one provider answer. `accepted` is the provider's word, not the phone's: only a receipt
 * says that something was shown.
 */
export type PushClass = (typeof PUSH_CLASSES)[number];

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
}

/** Builds the request, sends it once, classifies the answer. Never throws: every failure is an answer. */
export interface PushProvider {
  readonly name: string;
  send(message: PushMessage, signal: AbortSignal): Promise<PushAnswer>;
}
