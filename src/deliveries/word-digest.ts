import { createHash } from 'node:crypto';
import { maskText } from '../shipment/masking/mask-text';

/** 64 bits: the unknown words of all senders never meet by chance. */
const DIGEST_LENGTH = 16;
const DIGEST = new RegExp(`^#[0-9a-f]{${DIGEST_LENGTH}}$`);

/** What stands for a word that may tell of a person, where it must not be read. `database/parcel-events.ts` has it in SQL. */
export function wordDigest(word: string): string {
  return `#${createHash('sha256').update(word).digest('hex').slice(0, DIGEST_LENGTH)}`;
}

export function isWordDigest(word: string): boolean {
  return DIGEST.test(word);
}

/** One spelling of a word, of the word as an earlier release masked it, and of its digest. */
export function inDigestForm(word: string, trackingNo: string): string {
  return isWordDigest(word) ? word : wordDigest(maskText(word, trackingNo));
}

/** Whether two words are the same, however each is spelled. */
export function isSameWord(one: string, other: string, trackingNo: string): boolean {
  return one === other || inDigestForm(one, trackingNo) === inDigestForm(other, trackingNo);
}
