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
