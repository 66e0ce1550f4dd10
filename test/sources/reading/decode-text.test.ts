import { expect, test } from '@jest/globals';
import { decodeText } from '../../../src/sources/reading/text';

/** 签收 */
const GBK = Buffer.from([0xc7, 0xa9, 0xca, 0xd5]);
/** Valid in both: 陆 in GBK, ½ in UTF-8. */
const BOTH = Buffer.from([0xc2, 0xbd]);

test.each([
  ['UTF-8', Buffer.from('签收📦'), undefined, '签收📦'],
  ['GBK that is not named', GBK, undefined, '签收'],
  ['GBK under the name of UTF-8', GBK, 'text/plain; charset=utf-8', '签收'],
  ['GBK under its name', BOTH, 'application/x-www-form-urlencoded;charset="GBK"', '陆'],
  ['GBK under the name of its older sister', BOTH, 'text/plain; charset=gb2312', '陆'],
  ['what is valid in both and not named', BOTH, undefined, '½'],
  [
    'UTF-8 under the name of GBK, where it is no GBK',
    Buffer.from('签收a'),
    'text/plain; charset=gbk',
    '签收a',
  ],
  ['neither', Buffer.from([0xff, 0xff]), undefined, undefined],
  ['half a character', GBK.subarray(0, 3), undefined, undefined],
  ['a charset that nobody has', Buffer.from('签收'), 'text/plain; charset=x-unknown', '签收'],
])('%s is told from its bytes', (_, bytes, contentType, text) => {
  expect(decodeText(bytes, contentType)).toBe(text);
});
