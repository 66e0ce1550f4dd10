import { after, whole, type Rule } from './rule';

/**
 * Where somebody lives: from a street with a number, or a building with a flat, back to the province. A city, a
 * district and a street without a number stay: they are where a parcel is.
 */

/** Of a name in an address: no verb or preposition that leads to it, which would be masked with it. */
const WORD = '(?:(?![至到在往于由从的址送存放寄发您我他她])[\\p{Script=Han}A-Za-z\\d·])';
const NUMERAL = '[\\dA-Za-z一二三四五六七八九十百零〇]';
const COUNT = `${NUMERAL}{1,6}(?:\\s?[-–—－之]\\s?${NUMERAL}{1,5}){0,3}`;
/** Not what has a number in a station: 3号线, 2号门, 5号柜. */
const OF_HOUSE = '(?:号|號)(?!\\s?(?:线|線|库|仓|柜|机|格|窗|台|网点|门(?!口|前|牌)))';
const ROAD = '(?:路|街|街道|大街|大道|(?<!通|渠|管|轨|跑|频|隧|航|赛|车)道|巷|弄|胡同|里|坊|条|公路)';
const HOME =
  '(?:小区|社区|花园|花苑|公寓|家园|新村|宿舍|苑|庭|府|城|园|庄|村|湾|郡|轩|院|大厦|大楼|广场|中心|园区)';
const BUILDING = '(?:号楼|號樓|栋|棟|幢|座|号院|楼)';
const FLAT = `(?:单元|單元|室|房|层|層|户|戶)`;
const PARTS = `(?:\\s?[,，、-]?\\s?(?:[\\p{Script=Han}]{2,8}${HOME}|[东西南北中][段侧区]?|[A-Za-z]?${COUNT}\\s?(?:号楼|號樓|栋|棟|幢|座|号|號|楼|单元|單元|室|房|层|層|户|戶)|\\d{3,4}(?!\\d|\\s?[-/.:年件]))){0,6}`;
/** From the beginning of a word on, and of it alone: to begin at each letter of it would take its length squared. */
const BEFORE = `(?<!${WORD})${WORD}+(?:\\s${WORD}{1,16}){0,4}`;

const LABELS = '地址|住址|住在|家住|门牌号?';

const ROAD_EN =
  '(?:street|avenue|road|boulevard|lane|drive|court|terrace|parkway|highway|crescent|square|place|close|mews|grove|gardens|st|ave|av|rd|blvd|ln|dr|ct|ter|pkwy|hwy|cres|sq|pl|cir|circle|alley|trail)';
/** Words that follow a number in other sentences: `3 parcels on the road`. */
const NO_ROAD =
  '(?!(?:on|the|by|in|at|to|for|from|and|is|are|via|out|off|of|a|an|hours?|days?|minutes?|weeks?|parcels?|packages?|pieces?|items?|kg|lbs?|attempts?|trucks?|km|miles?|am|pm|more|left|arrived|departed|has|have|was|were|been|delivered|received|through|near|into|signed|shipped|processed|scanned|with|your|this|next|safe|same)\\b)';
const NAME_EN = `${NO_ROAD}[\\p{L}\\d][\\p{L}\\d'’.-]{0,24}`;
const UNIT_EN = '(?:apt|apartment|unit|suite|ste|flat|room|rm|floor|building|bldg|block)\\b\\.?\\s?#?|#';
const REST_EN = [
  `(?:,?\\s?(?:${UNIT_EN})\\s?[\\p{L}\\d-]{1,8}){0,3}`,
  '(?:,\\s?\\p{Lu}[\\p{L}.’-]{1,24}(?:\\s\\p{Lu}[\\p{L}.’-]{1,24}){0,2}){0,2}',
  '(?:,?\\s(?:[A-Z]{2}\\s)?\\d{5}(?:-\\d{4})?|,?\\s[A-Z]{1,2}\\d[A-Z\\d]?\\s?\\d[A-Z]{2})?(?![\\p{L}\\d])',
].join('');

export const ADDRESSES: readonly Rule[] = [
  // 地址：文一西路969号
  after(
    `(?:${LABELS})\\s?[:：]\\s?`,
    '(?=[^\\n，。；;!！】]{0,40}[\\d路街巷村区市栋室])[^\\n，。；;!！】]{2,60}',
  ),
  // 浙江省杭州市西湖区文三路138号3幢2单元501室
  whole(
    `${BEFORE}${ROAD}\\s?(?:(?:[东西南北中][段侧路]?|[一二三四五六七八九十]段)\\s?)?${COUNT}\\s?(?:${OF_HOUSE}|弄|巷|院|幢|栋|座|#)${PARTS}`,
  ),
  // 阳光花园3栋2单元
  whole(`${BEFORE}${HOME}\\s?[A-Za-z]?${COUNT}\\s?(?:号楼|號樓|栋|棟|幢|座|单元|單元)${PARTS}`),
  // 西溪花园8-2-1204
  whole(`${BEFORE}${HOME}\\s?\\d{1,3}(?:[-－]\\d{1,4}){1,3}(?!\\d)`),
  // 王家村3组12号
  whole(`${BEFORE}(?:村|屯|庄|社区|小区)\\s?${COUNT}\\s?(?:组|队|社|${OF_HOUSE})${PARTS}`),
  // 3栋2单元501, 5号楼1203室
  whole(
    `(?<!${NUMERAL})${COUNT}\\s?${BUILDING}\\s?[A-Za-z]?(?:${COUNT}\\s?${FLAT}|\\d{3,4}(?!\\d|\\s?[-/.:年件]))${PARTS}`,
  ),
  whole(`(?<!${NUMERAL})${COUNT}\\s?(?:单元|單元)\\s?${COUNT}\\s?(?:室|房|号|層|层)?`),
  whole('(?<![\\dA-Za-z])[A-Za-z]?\\d{3,4}\\s?室'),
  // address: 12 Main St
  after('\\baddress\\s?[:=]\\s?', '(?=[^\\n.;]{0,60}\\d)[^\\n;]{4,80}', 'i'),
  // 221B Baker Street, Flat 3, London NW1 6XE
  whole(
    `(?<![\\p{L}\\d:.])(?:no\\.?\\s?)?\\d{1,6}[a-z]?(?:-\\d{1,5})?,?\\s(?:${NAME_EN}\\s){1,4}${ROAD_EN}(?![\\p{L}\\d])\\.?(?:\\s(?:[NSEW]{1,2}|north|south|east|west)(?![\\p{L}]))?${REST_EN}`,
    'i',
  ),
  // Wensan Road 138, Wensan Rd., No. 138
  whole(
    `(?<![\\p{L}\\d])\\p{Lu}[\\p{L}'’-]{1,24}(?:\\s\\p{Lu}[\\p{L}'’-]{1,24}){0,2}\\s(?:Street|Avenue|Road|Lane|St|Ave|Rd)\\.?,?\\s(?:No\\.?\\s?)?\\d{1,5}[A-Za-z]?(?![\\p{L}\\d:-])${REST_EN}`,
  ),
  // Apt 4B, Room 502, P.O. Box 12
  whole(
    '(?<![\\p{L}\\d])(?:apt|apartment|flat|suite|room)\\.?\\s?(?:no\\.?\\s?)?#?\\d{1,5}[a-z]?(?![\\p{L}\\d])',
    'i',
  ),
  whole('(?<![\\p{L}\\d])p\\.?\\s?o\\.?\\s?box\\s?\\d{1,8}', 'i'),
  // left with the neighbour at no. 12
  after(
    '\\bneighbou?rs?,?\\s?(?:at|in|of)?\\s?',
    '(?:no\\.?|number|house|#)\\s?\\d{1,5}[a-z]?(?![\\p{L}\\d])',
    'i',
  ),
];
