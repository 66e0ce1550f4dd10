import { plainText } from './text';

/**
 * FROZEN. The text of a scan as its key has it: cut and masked as the first release did. Scans without an id are known
 * by a digest of it, so that one that is sent again is known again; were a single rule changed here, every parcel under
 * way would be told anew. What is kept and shown is masked by `shipment/masking`, which may learn. Here nothing is
 * mended: `test/sources/reading/key-text.json` holds what goes in and what comes out.
 *
 * It masks because a digest of a phone number could be searched back to the number.
 */

const MASK = '***';

/** Digits that are no part of a longer run. */
const alone = (pattern: string): RegExp => new RegExp(`(?<!\\d)(?:${pattern})(?!\\d)`, 'g');

const NUMBERS: readonly RegExp[] = [
  // ID cards (15 or 18, the last may be X), bank cards, and whatever else is that long, grouped or not
  /(?<!\d[ -]?)\d(?:[ -]?\d){14,}[Xx]?/g,
  // international: +852 6123 4567, +1 (555) 010-9999
  /\+\d[\d ()-]{5,18}\d/g,
  // Chinese mobile, with or without 86: 138 0013 8000
  alone('(?:86[ -]?)?1[3-9]\\d[ -]?\\d{4}[ -]?\\d{4}'),
  // Chinese landline with area code and extension: 0571-88886666-801, (010)12345678
  alone('\\(?0\\d{2,3}\\)?[ -]?\\d{7,8}(?:[-转]\\d{1,6})?'),
  // hotlines: 400-820-8820
  alone('[48]00[ -]?\\d{3,4}[ -]?\\d{3,4}'),
  // North American: (555) 010-9999
  alone('\\(?\\d{3}\\)?[ .-]\\d{3}[ .-]\\d{4}'),
  // anything of five digits and more that is called a phone number
  /(?<=(?:电话|手机|号码|联系方式|热线|tel|phone|mobile|call)[^\d\n]{0,6})\d[\d -]{3,}\d/gi,
];

const CHINESE_LABELS =
  '收件人|收货人|签收人|代收人|代签人|寄件人|发件人|联系人|经办人|派件人|取件人|快递员|派件员|派送员|配送员|投递员|揽投员|揽件员|取件员|收件员|业务员|快递小哥|司机|签收(?=\\s*[:：])';

/** Words that follow a label, or end a name, and are nobody's name. */
const NO_NAME =
  '本人|家人|他人|同事|邻居|门卫|前台|物业|保安|代收|驿站|菜鸟|丰巢|快递柜|已|正在|将|会|为您|给您|向您|致电|联系|电话|手机|派送|派件|配送|投递|上门|取件|揽|签收|凭|请|您|拒收|未|无|安排|准备|开始|到达|前往|途中|后|的|在|与|和';

const HAN = '\\p{Script=Han}';
/** One to four characters up to a word or mark that ends them, else three; or several parts with middle dots. */
const HAN_NAME = `(?!${NO_NAME})(?:${HAN}{1,6}(?:·${HAN}{1,6})+|${HAN}{1,4}?(?=[^${HAN}]|$|${NO_NAME})|${HAN}{1,3})`;
const LATIN_NAME = `\\p{Lu}[\\p{L}'’.-]*(?:[ ]\\p{Lu}[\\p{L}'’.-]*){0,3}`;

const everyCase = (words: readonly string[]): string =>
  words.flatMap((word) => [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]).join('|');
const ENGLISH_LABELS = everyCase([
  'courier',
  'driver',
  'rider',
  'recipient',
  'consignee',
  'receiver',
  'contact',
  'signed by',
  'signed for by',
  'received by',
  'accepted by',
  'collected by',
  'delivered to',
  'handed to',
  'left with',
]);

const NAMES: readonly RegExp[] = [
  // 快递员：张三, 派件员【李四】, 签收人是王五, 业务员姓名 John Smith
  new RegExp(
    `((?:${CHINESE_LABELS})(?:姓名)?[\\s:：【\\[(（"“「]*(?:[是为][\\s:：【\\[(（"“「]*)?)(?:${HAN_NAME}|${LATIN_NAME})`,
    'gu',
  ),
  // 已由张三签收
  new RegExp(`(由\\s*)(?!${NO_NAME})${HAN}{2,4}(?=\\s*(?:签收|代签))`, 'gu'),
  // Signed by: John Smith
  new RegExp(`((?:${ENGLISH_LABELS})(?: (?:is|name))?\\s*[:(\\["]?\\s*)${LATIN_NAME}`, 'gu'),
];

/** What a scan is known by, of a text that it says. */
export function keyText(text: string, maxLength: number, trackingNo: string): string {
  return firstMask(plainText(text, maxLength), trackingNo);
}

/** The waybill's own number stays, where it stands alone. */
function firstMask(text: string, trackingNo: string): string {
  const plainDigits = text.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  // Most texts do not name their own number, and an expression for each number costs ten times the masking.
  if (!plainDigits.toLowerCase().includes(trackingNo.toLowerCase())) return maskPart(plainDigits);
  const own = new RegExp(`(?<![A-Za-z0-9])(${escapeRegExp(trackingNo)})(?![A-Za-z0-9])`, 'i');
  return plainDigits
    .split(own)
    .map((part, index) => (index % 2 === 1 ? part : maskPart(part)))
    .join('');
}

function maskPart(part: string): string {
  const withoutNumbers = NUMBERS.reduce((rest, pattern) => rest.replace(pattern, MASK), part);
  return NAMES.reduce((rest, pattern) => rest.replace(pattern, `$1${MASK}`), withoutNumbers);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
