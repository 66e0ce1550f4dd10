import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Verification, WebhookRequest } from './source';

/** Signatures of the Standard Webhooks specification, version 1: https://www.standardwebhooks.com */

/** How far the signed time may be from ours, both ways; seconds. The specification's own value. */
const TOLERANCE_S = 5 * 60;

const SECRET_PREFIX = 'whsec_';

/**
 * Verifies that one signature of the request was made with one of `secrets` (several while they are rotated).
 * The age is judged last, so that only the holder of a secret learns that a signature is merely old.
 */
export function verifyStandardWebhook(
  { body, headers }: WebhookRequest,
  secrets: readonly string[],
  now: number,
): Verification {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') {
    return refused('signature-missing', 'webhook-id, webhook-timestamp and webhook-signature are required');
  }
  const expected = secrets.map((secret) => sign(secret, id, timestamp, body));
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
  if (!given.some((signature) => expected.some((digest) => isEqual(signature, digest)))) {
    return refused('signature-invalid', 'no v1 signature fits this body and a configured secret');
  }
  // A signed text can still be nonsense: NaN is never inside the tolerance.
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE_S)) {
    return refused('signature-expired', `webhook-timestamp is more than ${TOLERANCE_S} s away from now`);
  }
  return { ok: true };
}

/** The signature of a body, as raw bytes. */
export function sign(secret: string, id: string, timestamp: string, body: Buffer): Buffer {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refused(
  code: 'signature-missing' | 'signature-invalid' | 'signature-expired',
  message: string,
): Verification {
  return { ok: false, code, message };
}
