import { after, whole, type Rule } from './rule';

/** Numbers by which a person is reached or known. They are written in groups, parted by nearly anything. */

/** What may part two digits of one number. */
const PART = '[\\s.·・•_()‐-―−-]';
const GAP = `${PART}{0,3}`;

/** Digits that are no part of a longer run. */
const alone = (pattern: string): Rule => whole(`(?<!\\d)(?:${pattern})(?!\\d)`);

/** A count before a date has as many digits as a phone number: `13 2026-03-02 9`. */
const NO_DATE = '(?!\\d{2}\\s{1,3}(?:19|20)\\d\\d[-./])';

const PHONE_LABELS =
  '电话|電話|手机|手機|(?<!单)号码|联系方式|聯繫方式|座机|致电|热线|whatsapp|tel|phone|mobile|call';
const DOCUMENT_LABELS =
  '身份证|身份證|护照|護照|证件|證件|通行证|台胞证|回乡证|居住证|驾驶证|军官证|社保卡|passport|identity card|id card|driving licen[cs]e|driver.s licen[cs]e';

export const NUMBERS: readonly Rule[] = [
  // passport E12345678, 证件号：H12345678
  after(
    `(?:${DOCUMENT_LABELS})(?:号码|號碼|号|號|\\s?(?:no|number))?[\\s:：.#是为【\\[(（]{0,4}`,
    '(?=[A-Z]{0,4}\\d)[A-Z0-9](?:[ -]?[A-Z0-9]){4,19}(?![A-Z0-9])',
    'i',
  ),
  // ID cards, parted as they are read: 110101 19900101 1234
  alone(`\\d{6}${GAP}(?:18|19|20)\\d\\d${PART}?\\d\\d${PART}?\\d\\d${GAP}\\d{3}[\\dXx]`),
  // ID cards (15 or 18, the last may be X), bank cards, and whatever else is that long, grouped or not
  whole('(?<!\\d[\\s-]?)\\d(?:[\\s-]?\\d){14,63}[Xx]?'),
  // international: +852 6123 4567, +1 (555) 010-9999
  whole(`\\+${GAP}\\d(?:${GAP}\\d){6,14}(?!\\d)`),
  // Chinese mobile, with or without 86: 138 0013 8000, 138.0013.8000
  alone(`${NO_DATE}(?:(?:00)?86${GAP})?1${GAP}[3-9](?:${GAP}\\d){9}`),
  // landline with area code and extension: 0571-88886666-801, (010)12345678, 020 7946 0958; no number of a parcel
  whole(
    `(?<!\\d|[A-Z]{2})\\(?0\\d{2,3}${GAP}\\d{3,4}${GAP}\\d{4}(?:\\s?(?:-|转|轉|ext\\.?|x)\\s?\\d{1,6})?(?!\\d)`,
  ),
  // British mobile: 07700 900123
  alone('0\\d{4}[\\s.-]\\d{3}[\\s.-]?\\d{3}'),
  // French: 06 12 34 56 78
  alone(`0[1-9](?:${PART}\\d\\d){4}`),
  // hotlines: 400-820-8820
  alone(`[48]00${PART}?\\d{3,4}${PART}?\\d{3,4}`),
  // North American: (555) 010-9999
  alone('\\(?\\d{3}\\)?[\\s.-]{1,2}\\d{3}[\\s.-]\\d{4}'),
  // social security: 123-45-6789
  alone('\\d{3}-\\d{2}-\\d{4}'),
  // anything of five digits and more that is called a phone number
  after(`(?:${PHONE_LABELS})[^\\d\\n]{0,6}`, `\\d(?:${GAP}\\d){4,19}`, 'i'),
];
