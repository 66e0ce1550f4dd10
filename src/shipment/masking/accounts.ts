import { after, whole, type Rule } from './rule';

/** Names under which a person is written to: e-mail and messengers. */

const LATIN = '\\p{Script=Latin}';
const LOCAL = `[${LATIN}\\d._%+'-]`;
const AT = `(?:\\s?@\\s?|\\s?[\\[(（]\\s?at\\s?[\\])）]\\s?)`;
const HOST = `[${LATIN}\\d-]{1,63}`;

const MESSENGER =
  '微信(?:账号|帐号|号|ID)?|薇信(?:号)?|威信(?:号)?|v信(?:号)?|wechat(?: ?id)?|weixin(?:号)?|wx(?:号)?|vx(?:号)?|QQ(?:号码|号)?|支付宝(?:账号|帐号|号)?|旺旺(?:号)?|telegram|whatsapp|line id|skype';
const PARTED = '\\s{0,2}(?:[:：=]|是|为|is\\b)?[\\s【\\[(（"“「@]{0,3}';

export const ACCOUNTS: readonly Rule[] = [
  whole(`(?<!${LOCAL})${LOCAL}+${AT}${HOST}(?:\\.${HOST}){0,4}\\.${LATIN}{2,24}`, 'i'),
  // An id of its own form, whatever stands before it.
  whole('(?<![a-z\\d])wxid_[\\w-]{4,30}', 'i'),
  // 微信 abc_123: letters alone are a word of the sentence.
  after(`(?<![a-z])(?:${MESSENGER})${PARTED}`, '(?=[a-z_-]{0,19}\\d)[a-z\\d][\\w-]{4,30}(?![\\w-])', 'i'),
  // 微信号：abcdef, WeChat ID: abcdef
  after(
    `(?<![a-z])(?:${MESSENGER})\\s{0,2}(?:[:：=]|是|为)[\\s【\\[(（"“「@]{0,3}`,
    '[a-z\\d][\\w-]{3,30}(?![\\w-])',
    'i',
  ),
];
