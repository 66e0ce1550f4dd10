import { ECDH } from 'node:crypto';
import type { WebPushKeys } from '../provider';

export const CURVE = 'prime256v1';
const PUBLIC_KEY_BYTES = 65;
const AUTH_BYTES = 16;
const BASE64URL = /^[\w-]+={0,2}$/;

/** Whether a message can be encrypted with these: a point of P-256 and a secret of 16 bytes. */
export function areKeys(keys: WebPushKeys | null | undefined): keys is WebPushKeys {
  return isBytes(keys?.p256dh, PUBLIC_KEY_BYTES) && isPoint(keys?.p256dh) && isBytes(keys?.auth, AUTH_BYTES);
}

/** Not by its type: keys come from a client, or from a shop's table. */
function isBytes(text: unknown, length: number): boolean {
  return typeof text === 'string' && BASE64URL.test(text) && Buffer.from(text, 'base64url').length === length;
}

function isPoint(publicKey = ''): boolean {
  try {
    ECDH.convertKey(publicKey, CURVE, 'base64url');
    return true;
  } catch {
    return false;
  }
}
