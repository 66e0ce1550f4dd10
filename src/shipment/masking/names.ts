import { AFTER_NAME, NO_CHINESE_NAME, NO_CITY, NO_ENGLISH_NAME, NO_PLACE } from './nobody';
import { after, HAN, inEveryCase, LETTER, whole, type Rule } from './rule';

/** Names of persons: after a label, a verb or a title, and before what a person does. */

/** The surnames of nearly all Chinese, and those of two characters. */
const SURNAME = [
  '欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|夏侯|司徒|司空|轩辕|端木|南宫|独孤|百里|东郭|西门|呼延|澹台|闻人|申屠|太史',
  '[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺肖闫付]',
  '[張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭許鄧呂蘇盧蔣賈葉閻鍾陸邱顧龍萬錢湯賴龔龐蘭顏嚴莊關費紀歐項衛單華車閔連]',
].join('|');

/** 张三, 王小明, 欧阳娜娜, before what says that it is a name; the long lists are read last. */
const nameBefore = (end: string): string => {
  const name = `(?:${SURNAME})(?:(?![已未在])${HAN}){1,2}(?=${end})`;
  return `(?=${name})${NO_CHINESE_NAME}${NO_CITY}${NO_PLACE}${name}`;
};
const DOTTED_NAME = `${NO_CHINESE_NAME}${HAN}{1,6}(?:[·•]${HAN}{1,6}){1,4}`;
const ENDS = `(?=[^${HAN}]|$|${AFTER_NAME})`;

/** Up to a word or mark that ends it. */
const ENDED_NAME = `(?:${DOTTED_NAME}|${NO_CHINESE_NAME}${NO_PLACE}(?:(?:${SURNAME})${HAN}{1,3}?${ENDS}|(?:${SURNAME})${HAN}{1,2}))`;
/** After a colon or in brackets anything may be a name. */
const ANY_NAME = `(?:${DOTTED_NAME}|${NO_CHINESE_NAME}${NO_PLACE}(?:${HAN}{1,4}?${ENDS}|${HAN}{1,3}))`;

const LABELS =
  '(?:收件|收货|签收|簽收|代收|代签|代簽|代取|取件|提货|寄件|发件|发货|联系|聯絡|经办|派件|收派|委托|受托|负责|接收|领取|当事)人|(?:快递|快遞|派件|派送|配送|投递|揽投|揽件|揽收|取件|收件|业务|送货|乘务|操作|营业|收派|配送服务)(?:员|員)|快递小哥|配送骑手|骑手|司机|店长|站长|负责人';
/** These are words of other sentences too. */
const COLON_LABELS = `签收|簽收|代收|代签|姓名|客户|顾客|买家|业主|收方|寄方|用户|老板|经理|管家|(?<!${HAN})[收寄]`;
const OPEN = '[【\\[(（"“「『<《]';
const MARKED = `(?:姓名)?(?:\\s?[（(]${HAN}{1,4}[）)])?(?:\\s?[是为]?(?:[:：]|${OPEN}){1,3}\\s?(?:[是为]\\s?)?)`;

const ACTS =
  '(?:已|己|代为|亲自|本人|帮忙|帮|成功){0,2}(?:签收|簽收|代收|代签|代簽|代取|代领|领取|取走|取件|收取|收下|收货|接收|妥收|保管)';
const TITLES =
  '先生|女士|小姐|太太|夫人|师傅|师父|老师|阿姨|大哥|大姐|大爷|大妈|大叔|叔叔|经理|医生|主任|老板|同志';

/** With capitals, as names have. */
const CAPITAL = `${NO_ENGLISH_NAME}\\p{Lu}[\\p{L}'’.-]{0,30}`;
const CAPITAL_NAME = `${CAPITAL}(?:,? ${CAPITAL}){0,3}`;
/** In small letters, as no rule of spelling tells from the words of a sentence. */
const SMALL = `${NO_ENGLISH_NAME}\\p{Ll}[\\p{L}'’.-]{0,30}`;
const SMALL_NAME = `${SMALL}(?: ${SMALL}){0,2}`;

const everyCase = (words: readonly string[]): string => words.flatMap(inEveryCase).join('|');
const BY = everyCase([
  'signed by',
  'signed for by',
  'received by',
  'accepted by',
  'collected by',
  'picked up by',
  'taken by',
  'left with',
  'handed to',
  'handed over to',
  'given to',
  'released to',
]);
const NEIGHBOUR = everyCase(['neighbour', 'neighbor']);
const PERSONS = everyCase([
  'courier',
  'driver',
  'rider',
  'recipient',
  'consignee',
  'receiver',
  'addressee',
  'contact',
]);
const DELIVERED = everyCase(['delivered to', 'dear', 'attn', 'c/o']);
/** Of anything, unless a colon follows. */
const FIELDS = everyCase([
  'customer',
  'signature',
  'signed',
  'signee',
  'signatory',
  'proof of delivery',
  'pod',
]);
const ENGLISH_TITLES = everyCase(['mr', 'mrs', 'ms', 'miss', 'mx', 'dr', 'prof', 'madam', 'sir']);
const SAYS = '(?:\\s(?:is|name|was|name is))?';
const COLON = '\\s?[:(\\["“]\\s?';

export const NAMES: readonly Rule[] = [
  // 快递员：张三, 派件员【李四】, 签收人是王五
  after(`(?:${LABELS})${MARKED}`, ANY_NAME),
  after(`(?:${COLON_LABELS})(?:人)?(?:姓名)?\\s?[:：]\\s?`, ANY_NAME),
  after(`(?:${LABELS}|客户|顾客|买家|业主)(?:姓名)?\\s{0,2}(?:[是为]\\s?)?`, ENDED_NAME),
  after(`(?:${LABELS}|${COLON_LABELS})(?:姓名)?(?:\\s|[:：]|${OPEN}){1,3}(?:[是为]\\s?)?`, CAPITAL_NAME),
  // 张女士, 王师傅
  whole(
    `(?=(?:${SURNAME})${HAN}{0,2}?(?:${TITLES}))${NO_CHINESE_NAME}(?:${SURNAME})${HAN}{0,2}?(?=${TITLES})`,
  ),
  // 由王小明代收: after this word and before that anybody is a person who is no place
  after(
    '[由被]\\s?[【\\[(（"“「]?',
    `${NO_CHINESE_NAME}${NO_PLACE}(?:${DOTTED_NAME}|${HAN}{2,4}?)(?=[】\\])）"”」]?\\s?${ACTS})`,
  ),
  after('[由被]\\s?[【\\[(（"“「]?', `${CAPITAL_NAME}(?=[】\\])）"”」]?\\s?${ACTS})`),
  // 王小明 已签收
  whole(`(?<!${HAN})${nameBefore(`\\s?${ACTS}`)}`),
  // 网点的李四已收件, 经王小明同意
  after('的\\s?', nameBefore(`\\s?(?:${ACTS}|(?:已|正在)(?:收件|揽收|揽件|派送|派件|投递))`)),
  after('经\\s?', nameBefore('同意|授权|许可|要求|确认')),
  // 已交给王小明
  after('(?:交给|交付给|交付|转交|交由|递交给|送给|面交|委托|拜托|联系人为)\\s?', ENDED_NAME),
  // 已送达王小明家中
  after('(?:送达|送到|送至|送往|放到|放在|放至|存放于)\\s?', nameBefore('家|处|手|本人|办公')),
  // 的张三（***）, 联系张三***: a name before a number
  after(
    `(?:[的由被给找]|联系|致电|呼叫|[^${HAN}]|^)\\s?`,
    nameBefore(
      '\\s?[,，:：]?\\s?[（(【\\[]?\\s?(?:联系)?(?:电话|手机|手机号|tel)?\\s?[:：]?\\s?(?:\\d{3})?\\*{3}',
    ),
  ),
  // Signed by: John Smith, signed by: john smith, left with neighbour John
  after(
    `(?<!${LETTER})(?:${BY})${SAYS}(?:${COLON}|\\s{1,2})(?:(?:(?:your|the|a|my) )?(?:${NEIGHBOUR})(?:${COLON}|,? ))?`,
    `${CAPITAL_NAME}|${SMALL_NAME}`,
  ),
  after(`(?<!${LETTER})(?:${NEIGHBOUR})(?:${COLON}|,? )`, CAPITAL_NAME),
  // Courier John Smith, Recipient: john smith
  after(`(?<!${LETTER})(?:${PERSONS}|${DELIVERED})${SAYS}(?:${COLON}|\\s{1,2})`, CAPITAL_NAME),
  after(
    `(?<!${LETTER})(?:${PERSONS}|${DELIVERED}|${FIELDS})${SAYS}${COLON}`,
    `${CAPITAL_NAME}|${SMALL_NAME}`,
  ),
  // Name: John Smith, and not that of a station
  after(`(?<!${LETTER}\\s?)(?:${everyCase(['name'])})${COLON}`, `${CAPITAL_NAME}|${SMALL_NAME}`),
  // Mrs. O’Neil-Smith, and not MS for Mississippi
  after(`(?<!${LETTER}|, )(?:${ENGLISH_TITLES})\\.?\\s`, CAPITAL_NAME),
  // JOHN SMITH signed for the parcel
  whole(`(?<!${LETTER})(?=\\p{Lu})${CAPITAL} ${CAPITAL}(?= (?:has )?(?:signed|SIGNED) (?:for|FOR|the|THE))`),
];
