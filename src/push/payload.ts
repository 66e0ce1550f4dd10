import type { PushMessage } from './provider';

/**
 * uni-push refuses a payload of 800 characters, and vivo a tap of 1,024: the others take more. Bytes, so that it holds
 * however they count.
 */
export const PAYLOAD_BYTES = 799;

/** What the app gets with a message, beside its text. */
export interface PushPayload {
  /** The same as `message_id`: the first apps know it under this name. */
  readonly notificationId: string;
  readonly message_id?: string;
  readonly status?: string;
  readonly last_four?: string;
  readonly order_id?: string;
  readonly link?: string;
}

/**
 * The message's id alone, or with LINK_TEMPLATE all that a tap needs. What is too long leaves out its link first: an app
 * that knows the order finds its page.
 */
export function payloadOf({ messageId, parcel, link }: PushMessage): PushPayload {
  const id = { notificationId: messageId };
  if (link === undefined) return id;
  const { status, lastFour, orderId } = parcel;
  const known = {
    ...id,
    message_id: messageId,
    ...(status !== null && { status }),
    ...(lastFour !== null && { last_four: lastFour }),
    ...(orderId !== null && { order_id: orderId }),
  };
  return [{ ...known, ...(link !== null && { link }) }, known].find(isShort) ?? id;
}

const isShort = (payload: PushPayload): boolean =>
  Buffer.byteLength(JSON.stringify(payload)) <= PAYLOAD_BYTES;
