import { createHmac } from 'node:crypto';
import { fitsOne, fromBase64 } from './reading/proof';
import { headerOf } from './signed-headers';
import type { Verification, WebhookRequest } from './source';

/** Signatures of the Standard Webhooks specification, version 1: https://www.standardwebhooks.com */

/** How far the signed time may be from ours, both ways; seconds. The specification's own value. */
export const STANDARD_TOLERANCE_S = 5 * 60;

const SECRET_PREFIX = /^whsec_/;

/** Signatures of one request that are looked at. A sender that rotates its secrets gives two or three. */
const MAX_SIGNATURES = 16;

/**
 * Verifies that one signature of the request was made with one of `secrets` (several while they are rotated).
 * The age is judged last, so that only the holder of a secret learns that a signature is merely old.
 */
export function verifyStandardWebhook(
  request: WebhookRequest,
  secrets: readonly string[],
  now: number,
  toleranceSeconds: number,
): Verification {
  const id = headerOf(request, 'webhook-id');
  const timestamp = headerOf(request, 'webhook-timestamp');
  const signatures = headerOf(request, 'webhook-signature');
  if (id === undefined || timestamp === undefined || signatures === undefined) {
    return refused('signature-missing', 'webhook-id, webhook-timestamp and webhook-signature are required');
  }
  const expected = secrets
    .filter((secret) => keyOf(secret).length > 0)
    .map((secret) => sign(secret, id, timestamp, request.body));
  const given = signatures
    .split(' ', MAX_SIGNATURES)
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => fromBase64(signature.slice('v1,'.length)));
  if (!given.some((signature) => fitsOne(signature, expected))) {
    return refused('signature-invalid', 'no v1 signature fits this body and a configured secret');
  }
  // A signed text can still be nonsense: NaN is never inside the tolerance.
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= toleranceSeconds)) {
    return refused('signature-expired', `webhook-timestamp is more than ${toleranceSeconds} s away from now`);
  }
  return { ok: true };
}

/** The signature of a body, as raw bytes. */
export function sign(secret: string, id: string, timestamp: string, body: Buffer): Buffer {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(SECRET_PREFIX, ''), 'base64');
}

function refused(
  code: 'signature-missing' | 'signature-invalid' | 'signature-expired',
  message: string,
): Verification {
  return { ok: false, code, message };
}
