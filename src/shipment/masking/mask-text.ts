import { withoutInvisible } from '../shown-text';
import { ACCOUNTS } from './accounts';
import { ADDRESSES } from './addresses';
import { CODES } from './codes';
import { NAMES } from './names';
import { NUMBERS } from './numbers';
import type { Rule } from './rule';

/**
 * What of a carrier's text may be kept, searched and shown. Carriers print names, phone numbers, addresses and codes
 * into their texts; here they become `***`, at the door, before anything is stored.
 *
 * When in doubt it masks: a word too many is a smaller harm than a name. What is no person is listed (`nobody.ts`), so
 * that common sentences stay readable. The name of a medicine has no form by which it could be found.
 */

/** In the order in which they look: a name is known by the number after it, when that is masked already. */
const RULES: readonly Rule[] = [...ACCOUNTS, ...CODES, ...NUMBERS, ...ADDRESSES, ...NAMES];

/** Digits of any width and shape, and the marks that stand in numbers and addresses of e-mail. */
const WIDE = /[\p{Nd}－．＋＠＿]/gu;

/**
 * Masks what tells of a person. The waybill's own number stays, where it stands alone: it may look like a phone
 * number, and people need it. What nobody sees is left out: it could stand inside a number to hide it.
 * @param trackingNo empty where the text is of no waybill
 */
export function maskText(text: string, trackingNo: string): string {
  const plain = inPlainCharacters(text);
  // Most texts do not name their own number, and an expression for each number costs ten times the masking.
  if (trackingNo === '' || !plain.toLowerCase().includes(trackingNo.toLowerCase())) return maskPart(plain);
  const own = new RegExp(
    `(?<![A-Za-z0-9]|\\d[.·-])(${escapeRegExp(trackingNo)})(?![A-Za-z0-9]|[.·-]\\d)`,
    'i',
  );
  return plain
    .split(own)
    .map((part, index) => (index % 2 === 1 ? part : maskPart(part)))
    .join('');
}

/** The text without what nobody sees, its digits and marks in their plain width: as the rules read it. */
export function inPlainCharacters(text: string): string {
  return withoutInvisible(text).replace(WIDE, (character) => character.normalize('NFKC'));
}

function maskPart(part: string): string {
  return RULES.reduce((rest, [find, put]) => rest.replace(find, put), part);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
