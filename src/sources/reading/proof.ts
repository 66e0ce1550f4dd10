import { timingSafeEqual } from 'node:crypto';
import type { Verification } from '../source';

/**
 * Compares in constant time. All candidates are looked at, so that the time does not tell which secret fits.
 * @param given what the request carries, decoded
 * @param expected one digest per valid secret
 */
export function fitsOne(given: Buffer, expected: readonly Buffer[]): boolean {
  return expected.reduce(
    (fits, digest) => (given.length === digest.length && timingSafeEqual(given, digest)) || fits,
    false,
  );
}

/** The verdict on a digest that may be absent or wrong. */
export function verdictOn(given: Buffer | undefined, expected: readonly Buffer[]): Verification {
  if (given === undefined || given.length === 0) {
    return { ok: false, code: 'signature-missing', message: 'the request carries no signature' };
  }
  if (!fitsOne(given, expected)) {
    return { ok: false, code: 'signature-invalid', message: 'the signature does not fit' };
  }
  return { ok: true };
}

/** Decodes hex digits of either case; anything else fits no digest, and nothing is nothing. */
export function fromHex(text: string): Buffer {
  return /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(1);
}

/** Decodes standard base64; anything else, also without its padding, fits no digest. */
export function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : Buffer.alloc(1);
}
