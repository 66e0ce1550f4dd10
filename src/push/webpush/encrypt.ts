import { createECDH } from 'node:crypto';
import { encrypt } from 'http_ece';
import { UnsendableError } from '../attempt';
import type { WebPushKeys } from '../provider';
import { areKeys, CURVE } from './subscription-keys';

/** Mozilla's bridge to FCM takes 2,744 bytes; the encryption adds 103. */
const LONGEST_BYTES = 2_600;

/**
 * Encrypts for one browser, as aes128gcm (RFC 8291): the push service sees neither title nor text.
 * @throws {UnsendableError}
 */
export function encryptFor(keys: WebPushKeys | undefined, text: string): Buffer {
  if (keys === undefined) throw new UnsendableError('the keys of the subscription are missing');
  const plain = Buffer.from(text);
  if (plain.byteLength > LONGEST_BYTES) throw new UnsendableError('payload is too long');
  if (!areKeys(keys)) throw new UnsendableError('the keys of the subscription are not valid');
  const privateKey = createECDH(CURVE);
  privateKey.generateKeys();
  return encrypt(plain, { version: 'aes128gcm', privateKey, dh: keys.p256dh, authSecret: keys.auth });
}
