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
