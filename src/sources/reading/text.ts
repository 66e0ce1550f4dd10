import { z } from 'zod';
import { spellCarrier } from '../../shipment/carriers';
import { maskText } from '../../shipment/masking/mask-text';
import { withoutInvisible } from '../../shipment/shown-text';

/** One spelling for each carrier and waybill, whoever writes it. */

const MAX_CARRIER_LENGTH = 64;
const MIN_TRACKING_NO_LENGTH = 4;
const MAX_TRACKING_NO_LENGTH = 64;
/**
 * What stands in the numbers of carriers beside letters and digits: `S1.A1.17373471` (GHTK), `99.01.123456` (Swiss
 * Post), `…-1` and `…/1` (parcels of one shipment), `#1001` (shops’ own), `(00)3401…` and `*…*` (scanned labels). No
 * quote, no bracket of markup and no backslash: a number stands in queries, pages and commands. No `..`, which in a
 * path means something else. And at least four characters beside such marks, or it tells no parcel from another.
 */
const MARKS = '-_./#+:*&()';
const TRACKING_NO = /^(?=(?:[^A-Z0-9_-]*[A-Z0-9_-]){4})(?!.*\.\.)[A-Z0-9\-_./#+:*&()]+$/;

/** What NFKC may read: one character can become 18. */
const MAX_RAW_LENGTH = 256;

/** Longest field of a body that anything looks at; characters. What is kept of one is a quarter of it at most. */
const MAX_SAID = 2_000;

/**
 * What a body says, cut: nothing that follows may cost more for a megabyte than for a line. Every string that leaves
 * `json.ts`, `xml.ts` and `form.ts` has come through here, but a document that is still to be parsed.
 */
export function cutSaid(text: string): string {
  return text.slice(0, MAX_SAID);
}

/**
 * PostgreSQL stores no NUL and no half of a surrogate pair, no id has a line break, and two of them that look alike
 * are the same.
 */
export const printable = (text: string): boolean => !/\p{Cc}/u.test(text) && withoutInvisible(text) === text;

export const PRINTABLE_WORDS = 'must not hold control or invisible characters';

/** Beside letters and digits of any script: `J&T Express`, `DPD (UK)`, `lettre d'or`. Nothing of an address or of markup. */
const CARRIER_MARKS = "-_.&'()";
const OF_CARRIER = `${CARRIER_MARKS} \\p{L}\\p{M}\\p{N}`;
const CARRIER = new RegExp(`^[${CARRIER_MARKS} ]*[\\p{L}\\p{N}][${OF_CARRIER}]*$`, 'u');
const NOT_OF_CARRIER = new RegExp(`[^${OF_CARRIER}]+`, 'u');

/** One line of at most `maxLength` characters, cut by code point, without control characters. */
export function plainText(text: string, maxLength: number): string {
  // Cut first: what follows must not cost more for a megabyte than for a line.
  const near = text.slice(0, maxLength * 4).toWellFormed();
  const line = near.replace(/\p{Cc}+/gu, ' ').trim();
  return line.length <= maxLength ? line : [...line].slice(0, maxLength).join('');
}

/** Beyond what is kept; characters. A number or an address that the cut would part is seen whole before. */
const MARGIN = 120;

/** A text of a scan as it is kept and shown: one line without what tells of a person. */
export function maskedLine(text: string, maxLength: number, trackingNo: string): string {
  return plainText(maskText(plainText(text, maxLength + MARGIN), trackingNo), maxLength);
}

export const carrierField = z
  .string()
  .max(MAX_RAW_LENGTH)
  .transform(spellCarrier)
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_CARRIER_LENGTH)
      .refine(printable, { error: PRINTABLE_WORDS, abort: true })
      .regex(
        CARRIER,
        `may hold letters, digits, spaces and ${CARRIER_MARKS} only, and at least one letter or digit`,
      ),
  )
  .describe(
    `1–${MAX_CARRIER_LENGTH} letters and digits of any script, spaces and \`${CARRIER_MARKS}\`; any spelling, stored in lower case.`,
  );

/**
 * The carrier that a sender names who cannot be told to correct it: what is in no name is a space. No news is lost for
 * a slash.
 */
export function carrierOf(said: string): string | undefined {
  if (said.length > MAX_RAW_LENGTH) return undefined;
  const name = withoutInvisible(spellCarrier(said));
  const parts = name.split(NOT_OF_CARRIER).map((part) => part.trim());
  return carrierField.safeParse(parts.join(' ')).data;
}

export const trackingNoField = z
  .string()
  .max(MAX_RAW_LENGTH)
  .transform((text) => text.normalize('NFKC').replace(/\s+/g, '').toUpperCase())
  .pipe(
    z
      .string()
      .min(MIN_TRACKING_NO_LENGTH)
      .max(MAX_TRACKING_NO_LENGTH)
      .regex(
        TRACKING_NO,
        `may hold letters, digits and ${MARKS} only, and at least four that are letters, digits, - or _`,
      ),
  )
  .describe(
    `${MIN_TRACKING_NO_LENGTH}–${MAX_TRACKING_NO_LENGTH} letters, digits and \`${MARKS}\`; white space is dropped, stored in upper case.`,
  );

/** The names of GBK, and of its older and newer sisters. */
const GBK_NAMES = /charset\s*=\s*"?(?:gbk|gb2312|gb18030|cp936)\b/i;

/**
 * The platform's own decoder. By the Encoding Standard GBK is decoded as GB 18030, its superset; Node's decoder
 * `gbk` takes bytes that are neither (FF is U+F8F5 to it).
 */
const GBK = 'gb18030';

/**
 * Decodes the text of a Chinese carrier: UTF-8, else GBK. The bytes go before the declared charset, which is
 * often absent or wrong: real text in GBK is hardly ever valid UTF-8. The exception is a word or two, which GBK
 * and UTF-8 may both take, as Chinese and as Latin; there the declaration decides. Strict, because half a
 * character means that the bytes are something else.
 * @returns `undefined` for bytes that are neither
 */
export function decodeText(bytes: Buffer, contentType: string | undefined): string | undefined {
  const utf8 = decode(bytes, 'utf-8');
  const isLatin = utf8 !== undefined && /[\u0080-\u07ff]/.test(utf8) && !/[\u0800-\uffff]/.test(utf8);
  if (utf8 !== undefined && !(isLatin && GBK_NAMES.test(contentType ?? ''))) return utf8;
  return decode(bytes, GBK) ?? utf8;
}

function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
