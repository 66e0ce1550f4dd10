import { createHash } from 'node:crypto';

/** The longest id that uni-push takes: 32 hex digits, 128 bits. */
const LENGTH = 32;

/**
 * The idempotency key of one push. uni-push drops a repeated id silently, so the same try gives the same id
 * after any crash, and a try after a definite rejection (the next generation) gives a new one.
 */
export function requestId(messageId: string, deviceId: string, generation: number): string {
  // JSON keeps the parts apart: 'ab' + 'c' must not meet 'a' + 'bc'.
  const identity = JSON.stringify([messageId, deviceId, generation]);
  return createHash('sha256').update(identity).digest('hex').slice(0, LENGTH);
}

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();

/** 32 characters of URL-safe base64: the most that the `Topic` of a Web Push takes; APNs takes 64 bytes. */
export function overwriteWord(key: string): string {
  return digest(key).subarray(0, 24).toString('base64url');
}

/** 0 to 2147483647, the range of GeTui's and the vendors' `notify_id`. Two of 1,000 keys meet once in 4,000 phones. */
export function overwriteNumber(key: string): number {
  return digest(key).readUInt32BE(0) >>> 1;
}
