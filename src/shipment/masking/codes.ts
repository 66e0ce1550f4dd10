import { after, whole, type Rule } from './rule';

/**
 * Codes that open a door or hand out a parcel: who reads one can fetch it. They are found here and nowhere else, after
 * a label or before one, so that whoever keeps them for their owner takes them from these expressions.
 */

const CODE_LABELS = [
  '(?:取件|取货|取貨|提货|提貨|提取|取物|领取|自提|寄存|存取|开门|開門|开箱|开柜|开锁|门禁|入户|进门|大门|房门|门锁|柜门|验证|驗證|校验|核销|签收|收货|动态|凭证|取|门|柜|箱)(?:码|碼)',
  '(?:取件|取货|提货|自提)(?:号|號|凭证|暗号|口令)',
  '密码|密碼|口令|货架号|货位号|货架',
].join('|');

/** What may stand between a label and its code: `为`, `：【`, `已发送，`. */
const LEAD = '[\\s:：,，=是為为您的【\\[(（"“「『《<#*]{0,8}';

/** Letters, digits and marks, with a digit in it; `A-12-3456`, `8-2-1234`, `8 2 1234`. */
const ENDS = '(?![A-Za-z\\d])';
const TOKEN = `(?=[A-Za-z]{0,15}[-–—_.#*·]?[A-Za-z]{0,8}\\d)[A-Za-z\\d]{1,24}(?:\\s?[-–—_.#*·]{1,2}\\s?[A-Za-z\\d]{1,16}|\\s\\d{1,18}(?![A-Za-z\\d:.：年月日天小时分个件次-])){0,6}${ENDS}`;
const NO_COUNT =
  '(?!\\s?(?:小时|小時|天|分钟|分|次|位|个|月|日|年|点|元|hours?|days?|minutes?|times|digits?|characters?)(?![a-z]))';
const TOKENS = `${TOKEN}${NO_COUNT}(?:\\s?[、/和或及]\\s?${TOKEN}${NO_COUNT}){0,8}`;

const ENGLISH_LABELS =
  'pick-?\\s?up (?:code|pin|number)|(?:collection|access|door|gate|entry|entrance|locker|unlock|opening|open|security|verification|release|delivery|buzzer|keypad|safe|box|confirmation|authori[sz]ation|garage|building|lock)\\s(?:code|pin)|one-time (?:code|password|pin)|pin(?: code| number)?|otp|pass-?code|password|(?<!(?:status|error|customs|reason|event|tracking|bar|qr|zip|post|postal|area|country|hs|response|return|exception|route|routing|sort|sorting|station|facility|hub|city|airport|promo|discount|service|product|carrier|state|location)[\\s_-]?)code';
const ENGLISH_LEAD = '\\s{0,2}(?:(?:is|was|no\\.?|number)\\b)?[\\s:=#"“(\\[*]{0,4}';

export const CODES: readonly Rule[] = [
  // 取件码为【8-2-1234】, 密码：123456、234567
  after(`(?:${CODE_LABELS})${LEAD}`, TOKENS),
  // 开门码：ABCD
  after(`(?:${CODE_LABELS})\\s?[:：][\\s【\\[(（"“「]{0,3}`, '[A-Za-z]{3,16}(?![A-Za-z])'),
  // 请凭8-2-1234取件: digits that are called nothing, before what they are for
  after('凭\\s?[【\\[(（"“「]?', `${TOKEN}(?=[】\\])）"”」]?[^\\n，。,;；]{0,16}(?:取|提货|领|开))`),
  // 8-2-1234是您的取件码
  whole(
    `(?<![A-Za-z\\d])${TOKEN}(?=[】\\])）"”」]?\\s?(?:是|为|即为|（|\\()?(?:您|你)?的?(?:${CODE_LABELS}))`,
  ),
  // pickup code 1234, PIN: 8821, your code is A-77
  after(`\\b(?:${ENGLISH_LABELS})\\b${ENGLISH_LEAD}`, TOKEN + NO_COUNT, 'i'),
  // PIN: ABCD
  after(`\\b(?:${ENGLISH_LABELS})\\s?[:=]\\s?["“]?`, '[A-Z]{3,12}(?![A-Za-z])'),
  // 482913 is your pickup code, use 482913 to open
  whole(`(?<![A-Za-z\\d])${TOKEN}(?=["”)\\]]?\\s(?:is|as)\\s(?:the|your|a)\\s(?:${ENGLISH_LABELS})\\b)`, 'i'),
  after(
    '\\b(?:use|using|enter|with|quote|show|code)\\s["“(]?',
    `${TOKEN}(?=["”)]?\\s(?:to|for|when|at)\\s(?:the\\s)?(?:open|unlock|collect|pick|collection|pickup|enter|locker|door))`,
    'i',
  ),
];
