import { requiredText, UnsendableError } from '../attempt';
import type { PushMessage } from '../provider';

const HOUR = 60 * 60_000;

/** uni-push asks for less than 20 and less than 50 characters. */
const TITLE_LENGTH = 19;
const CONTENT_LENGTH = 49;
/** uni-push stores a message that long at most. */
const LONGEST_TTL_MS = 72 * HOUR;
/** Vendors' class for parcels; unset means marketing: limited by quota, or silent. HarmonyOS demands it. */
const CATEGORY = { harmony: 'EXPRESS', huawei: 'EXPRESS', vivo: 'ORDER' };
/** uni-push refuses a payload of 800 characters. */
const PAYLOAD_LENGTH = 799;

/** What the function hands to uni-push 2.0's `sendMessage`. */
export interface UniCloudRequest {
  readonly push_clientid: string;
  readonly appid: string;
  readonly title: string;
  readonly content: string;
  /** An object: as a string, vendor channels lose it. */
  readonly payload: { readonly notificationId: string };
  readonly force_notification: true;
  readonly request_id: string;
  readonly category: typeof CATEGORY;
  readonly settings: { readonly ttl: number };
}

/** @throws {UnsendableError} */
export function uniCloudRequest(message: PushMessage): UniCloudRequest {
  const payload = { notificationId: message.messageId };
  if (JSON.stringify(payload).length > PAYLOAD_LENGTH) throw new UnsendableError('payload is too long');
  return {
    push_clientid: requiredText('cid', message.cid),
    appid: message.appid,
    title: requiredText('title', message.title, TITLE_LENGTH),
    content: requiredText('content', message.content, CONTENT_LENGTH),
    payload,
    // Without it an app in the foreground gets an event and the phone shows nothing.
    force_notification: true,
    request_id: message.requestId,
    category: CATEGORY,
    settings: { ttl: Math.min(message.timeToLiveMs, LONGEST_TTL_MS) },
  };
}
