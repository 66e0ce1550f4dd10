import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** So that programs which look for leaked secrets know one of ours, and no other text is looked up. */
export const KEY_PREFIX = 'wbk_';
/** 256 bits that nobody chose: a plain digest keeps them, as no list of likely keys can be tried against it. */
const KEY_BYTES = 32;

export function createApiKey(): string {
  return KEY_PREFIX + randomBytes(KEY_BYTES).toString('base64url');
}

export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Compares with every one, in constant time, over digests of equal length. */
export function findByDigest<K extends { readonly sha256: Buffer }>(
  keys: readonly K[],
  digest: Buffer,
): K | undefined {
  return keys.filter(({ sha256 }) => timingSafeEqual(sha256, digest))[0];
}
