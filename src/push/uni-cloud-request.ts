import { CONTENT_LENGTH, TITLE_LENGTH } from './message-text';
import type { PushMessage } from './provider';
import { cutText, visibleText } from './visible-text';

const HOUR = 60 * 60_000;

/** News of a parcel is stale after a day. uni-push stores for 1 hour by itself and for 3 days at most. */
const TTL_MS = 24 * HOUR;
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

/**
 * Thrown when a message must not be sent: with an empty target uni-push broadcasts to every phone that ever
 * opened the app, and an empty text is accepted and never shown.
 */
export class UnsendableError extends Error {
  override readonly name = 'UnsendableError';
}

/** @throws {UnsendableError} */
export function uniCloudRequest(message: PushMessage): UniCloudRequest {
  const payload = { notificationId: message.messageId };
  if (JSON.stringify(payload).length > PAYLOAD_LENGTH) throw new UnsendableError('payload is too long');
  return {
    push_clientid: something('cid', message.cid),
    appid: message.appid,
    title: cutText(something('title', message.title), TITLE_LENGTH),
    content: cutText(something('content', message.content), CONTENT_LENGTH),
    payload,
    // Without it an app in the foreground gets an event and the phone shows nothing.
    force_notification: true,
    request_id: message.requestId,
    category: CATEGORY,
    settings: { ttl: TTL_MS },
  };
}

/** Missing counts as empty: the row may come from a shop's table, whose columns no type can vouch for. */
function something(name: string, value: string | undefined): string {
  const text = visibleText(value ?? '');
  if (text === '') throw new UnsendableError(`${name} is empty`);
  return text;
}
