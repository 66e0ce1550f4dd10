import { createHash } from 'node:crypto';
import { maskText } from '../shipment/masking/mask-text';

/** 64 bits: the unknown words of all senders never meet by chance. */
const DIGEST_LENGTH = 16;
const DIGEST = new RegExp(`^#[0-9a-f]{${DIGEST_LENGTH}}$`);

/** What stands for a word that may tell of a person, where it must not be read. `database/word-digest.ts` has it in SQL. */
export function wordDigest(word: string): string {
  return `#${createHash('sha256').update(word).digest('hex').slice(0, DIGEST_LENGTH)}`;
}

export function isWordDigest(word: string): boolean {
  return DIGEST.test(word);
}

/** One spelling of a word and of its digest. */
export const inDigestForm = (word: string): string => (isWordDigest(word) ? word : wordDigest(word));

/**
 * Whether a stored word is this one: each in clear or as a digest, and the stored one maybe masked less, as earlier
 * releases did.
 */
export function isSameWord(word: string, stored: string, trackingNo: string): boolean {
  const now = inDigestForm(word);
  return inDigestForm(stored) === now || inDigestForm(maskText(stored, trackingNo)) === now;
}
