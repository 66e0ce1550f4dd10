import type { ApnsEnvironment, HoldCause, WebPushKeys } from '../shipment/device';
import type { ShownFacts } from '../shipment/lock-screen';
import type { ShipmentStatus } from '../shipment/status';

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
  readonly parcel: MessageParcel;
  /**
   * Where a tap leads; `null` where that needs a fact that is not known. Absent where the shop has no links: the app gets
   * the id of the message and nothing of the parcel.
   */
  readonly link?: string | null;
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

/** What a message is about. */
export interface MessageParcel {
  /** Makers of phones may be told another class for another status. */
  readonly status: ShipmentStatus | null;
  readonly lastFour: string | null;
  readonly orderId: string | null;
  /** What the template of a maker shows in place of our words. */
  readonly shown: ShownFacts;
}

export const PUSH_CLASSES = ['accepted', 'retry', 'deactivate', 'fail'] as const;
/**
 * What to do about one provider answer. `accepted` is the provider's word, not the phone's: that something was
 * delivered or shown only a receipt says.
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
  /**
   * An answer came that does not say what became of the push. It is asked for three times in all: each try may be
   * shown, and a function that answers so once does it every time.
   */
  readonly unclear?: true;
  /** What the provider calls the message: its receipts and its console know it under this. */
  readonly providerId?: string;
  /** For `fail`: the pushes of the provider are held. The device is not to blame. */
  readonly hold?: HoldCause;
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

/** A device as its app registers it. */
export interface RegisteringDevice {
  readonly cid: string;
  readonly subscription: WebPushKeys | null;
}

/** Why a device cannot be pushed to, and which field says so. */
export interface DeviceProblem {
  readonly field: 'cid' | 'subscription';
  readonly words: string;
}

/** A rule for cids that have one shape. */
export const cidIs =
  (shape: RegExp, words: string) =>
  ({ cid }: RegisteringDevice): DeviceProblem | null =>
    shape.test(cid) ? null : { field: 'cid', words };

/** What uni-push and GeTui call a phone, and what a provider takes that says nothing else. */
export const plainCid = cidIs(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 letters, digits, - and _');
