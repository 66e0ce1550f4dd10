import { CODES } from './codes';
import { inPlainCharacters } from './mask-text';
import { NUMBERS } from './numbers';

/** More are in no text of a carrier: an order in several parcels has two or three. */
export const MOST_PICKUP_CODES = 5;
/** Longest; characters. What is longer is none, and half of one would be wrong. */
export const LONGEST_PICKUP_CODE = 24;

/** Words of what a code opens: a parcel, or something `else`: a house, an account. */
const OPENS =
  /(?<parcel>取|提货|提貨|提取|自提|领|柜|箱|货架|货位|驿站|pick-?\s?up|collect|locker|parcel|release|safe|box)|(?<else>门禁|入户|进门|大门|房门|门锁|(?:单元|小区|楼[宇栋道]?)(?:门|密码)|登录|支付|账户|账号|door|gate|entry|entrance|buzzer|keypad|garage|building|log-?in|account|wi-?fi)/giu;

/** How far around a code a word may belong to it, up to a mark; characters. */
const NEAR = 24;
const MARK = /[，。,.;；、!！]/;

/** What parts two codes of one label. */
const BETWEEN = /\s?[、/和或及]\s?/;

/**
 * Marks that stand in codes, and here between a code and other words: `4711. Please`, `4711 - bring`, `4711 - 2nd floor`.
 * Masking may take a word too many; a code that is shown may not. `8 - 2 - 1234` and `8 - A - 12` stay whole.
 */
const SENTENCE_MARK =
  /\.(?:\s+|(?=[A-Z][a-z]+(?![A-Za-z\d])))|(?:\s[-–—_.#*·]{1,2}\s?|[-–—_#*·]{1,2}\s)(?=(?:[A-Za-z]+|\d{1,4}[a-z]+)(?![A-Za-z\d]))(?![A-Z]{1,2}\s?[-–—_.#*·])/;
/** Words before a code that stands before its label. */
const WORDS = /^(?:[A-Za-z]+\s)+/;

/**
 * The codes with which a parcel is collected, as they stand in the text of a scan that says that it waits to be
 * collected: those of lockers, stations and shops. Door codes and passwords of anything else are left out where their
 * label tells them apart. Taken from the same expressions that mask them, so what is kept here is shown nowhere else.
 */
export function pickupCodesIn(text: string, trackingNo: string): string[] {
  const found = new Set<string>();
  let rest = inPlainCharacters(text);
  for (const [find, put] of CODES) {
    for (const match of rest.matchAll(find)) {
      const [said, lead = ''] = match;
      const isBeforeLabel = match[1] === undefined;
      const codes = isBeforeLabel ? lastOf(said) : firstOf(said.slice(lead.length));
      const end = match.index + (isBeforeLabel ? said.length : lead.length + codes.length);
      const before =
        rest
          .slice(Math.max(0, match.index - NEAR), match.index)
          .split(MARK)
          .at(-1) ?? '';
      const [after = ''] = rest.slice(end, end + NEAR).split(MARK);
      if (!handsOutParcel(before + lead, after)) continue;
      for (const code of codes.split(BETWEEN)) found.add(code.trim().replace(/\s+/g, ' '));
    }
    // Each expression sees what masking leaves it: one finds `8-2-1234`, and the next does not find `1234` in it.
    rest = rest.replace(find, put);
  }
  return [...found].filter((code) => isCode(code, trackingNo)).slice(0, MOST_PICKUP_CODES);
}

const firstOf = (said: string): string => said.split(SENTENCE_MARK, 1).join();
const lastOf = (said: string): string => (said.split(SENTENCE_MARK).at(-1) ?? '').replace(WORDS, '');

/** The word that is nearest says it; without any it is a parcel that waits. */
function handsOutParcel(before: string, after: string): boolean {
  const nearest = [...before.matchAll(OPENS)].at(-1) ?? [...after.matchAll(OPENS)].at(0);
  return nearest?.groups?.['else'] === undefined;
}

/** `凭13800138000取件` and `凭运单号…取件` tell what people have already. */
function isCode(code: string, trackingNo: string): boolean {
  const isNumber = NUMBERS.some(([find, put]) => code.replace(find, put) !== code);
  return (
    code !== '' &&
    code.length <= LONGEST_PICKUP_CODE &&
    !isNumber &&
    code.toUpperCase() !== trackingNo.toUpperCase()
  );
}
