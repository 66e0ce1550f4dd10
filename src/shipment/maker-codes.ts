import type { Explanation } from './explanation';

/** The error codes of makers of phones, as providers pass them on: what each means, and what to do. */

export interface MakerCode extends Explanation {
  readonly maker: CodingMaker;
  readonly code: string;
  readonly source: string;
  /** As in src/push/classes/makers.ts. */
  readonly sure: 'sure' | 'likely';
}

/** What phones call themselves, in small letters. HarmonyOS is Huawei's. */
const BRANDS = {
  huawei: ['huawei'],
  honor: ['honor', 'hihonor'],
  xiaomi: ['xiaomi', 'redmi', 'poco'],
  oppo: ['oppo', 'oneplus', 'realme'],
  vivo: ['vivo', 'iqoo'],
  meizu: ['meizu'],
} as const;
export type CodingMaker = keyof typeof BRANDS;

/** The maker of a phone, by the brand that its app has said; `undefined` for one that has no push channel of its own. */
export function makerOfBrand(brand: string | null): CodingMaker | undefined {
  const known = brand?.toLowerCase() ?? '';
  return (Object.keys(BRANDS) as CodingMaker[]).find((maker) => BRANDS[maker].some((one) => one === known));
}

const HUAWEI_PAGE = 'help.aliyun.com/document_detail/2853108';
const HARMONY_PAGE = 'copy of developer.huawei.com, HarmonyOS Push Kit';
const XIAOMI_PAGE = 'dev.mi.com, pId=1560';
const OPPO_PAGE = 'copy of OPPO’s page of return codes';
const VIVO_PAGE = 'public code: modood/pushapi';
const MEIZU_PAGE = 'MEIZUPUSH/PushAPI';

const row =
  (maker: CodingMaker, source: string, sure: MakerCode['sure']) =>
  (code: string, en: string, zh: string): MakerCode => ({ maker, code, en, zh, source, sure });

const huawei = row('huawei', HUAWEI_PAGE, 'likely');
const harmony = row('huawei', HARMONY_PAGE, 'sure');
const xiaomi = row('xiaomi', XIAOMI_PAGE, 'sure');
const oppo = row('oppo', OPPO_PAGE, 'sure');
const vivo = row('vivo', VIVO_PAGE, 'likely');
const meizu = row('meizu', MEIZU_PAGE, 'sure');

export const MAKER_CODES: readonly MakerCode[] = [
  huawei(
    '102',
    'Huawei: the phone got as many messages of this app today as it takes. Ask for the right of self-classification, and send the class EXPRESS.',
    '华为：该设备当天收到的消息已达上限。请申请自分类权益，并以 EXPRESS 分类发送。',
  ),
  huawei(
    '201',
    'Huawei holds messages of this app back. Look at its console.',
    '华为对该应用的消息做了管控。请查看华为后台。',
  ),
  harmony(
    '256',
    'HarmonyOS: the number of messages of this class is used up for today. See that the right of self-classification is granted for the HarmonyOS app too.',
    '鸿蒙：该分类当天的消息数已用完。请确认鸿蒙应用也已获得自分类权益。',
  ),
  harmony(
    '80300002',
    'HarmonyOS: Push Kit is not switched on, or the project is another one than the app’s.',
    '鸿蒙：未开通推送服务，或项目与应用不一致。',
  ),
  harmony(
    '80300037',
    'HarmonyOS punishes this app for messages of a wrong class. Look at its console.',
    '鸿蒙：该应用因消息分类不符被处罚。请查看后台。',
  ),
  xiaomi(
    '10031',
    'Xiaomi blocks the message: the app has no class for it. Set channel and template of MESSAGE_CLASSES.',
    '小米：消息被拦截，应用没有相应的分类。请设置 MESSAGE_CLASSES 的 channel 和 template。',
  ),
  xiaomi(
    '10034',
    'Xiaomi: as many messages as the app may send today are sent. Ask for a channel of the private category, or for more.',
    '小米：当天可发送的消息数已用完。请申请私信类通道或提高额度。',
  ),
  xiaomi(
    '27001',
    'Xiaomi: the channel is not this app’s, or not approved. Compare MESSAGE_CLASSES with the console.',
    '小米：通道不属于该应用或尚未审核通过。请对照后台检查 MESSAGE_CLASSES。',
  ),
  oppo('13', 'OPPO: too many at once; it is over by itself.', 'OPPO：发送过快，稍后会自行恢复。'),
  oppo(
    '30',
    'OPPO: the app has no right to this. Ask for “communication and service”.',
    'OPPO：应用没有该权限。请申请“通讯与服务”类消息。',
  ),
  oppo(
    '33',
    'OPPO: as many messages as the app may send today are sent. Ask for “communication and service”, which is not limited so.',
    'OPPO：当天可发送的消息数已用完。请申请限制更宽的“通讯与服务”类消息。',
  ),
  row('oppo', 'NetEase, knowledge base', 'likely')(
    '54',
    'OPPO: the template is missing. Set template of MESSAGE_CLASSES.oppo, or leave its category away.',
    'OPPO：缺少模板。请设置 MESSAGE_CLASSES.oppo 的 template，或不要设置 category。',
  ),
  oppo(
    '55',
    'OPPO: too many to this phone at once; it is over by itself.',
    'OPPO：对该设备发送过快，稍后会自行恢复。',
  ),
  oppo(
    '67',
    'OPPO: category or notify level are wrong, or not granted yet. Leave them away until OPPO has said yes.',
    'OPPO：category 或 notify_level 有误，或尚未获批。获批之前请不要设置。',
  ),
  vivo(
    '10096',
    'vivo does not know this category. It is written in capital letters.',
    'vivo：未知的 category。请使用大写字母。',
  ),
  vivo(
    '10097',
    'vivo: category and classification do not belong together. Leave classification away.',
    'vivo：category 与 classification 不一致。可以不设置 classification。',
  ),
  meizu(
    '520',
    'Meizu has folded it: the phone got more than five messages of this app within a minute.',
    '魅族：消息被折叠，该设备一分钟内收到该应用的消息超过五条。',
  ),
  meizu(
    '110010',
    'Meizu: the person has switched notifications of this app off.',
    '魅族：用户关闭了该应用的推送开关。',
  ),
  meizu(
    '110011',
    'Meizu: the number of public messages is used up for today. Set noticeMsgType of MESSAGE_CLASSES.meizu to 1.',
    '魅族：当天的公信消息数已用完。请把 MESSAGE_CLASSES.meizu 的 noticeMsgType 设为 1。',
  ),
];

const CODE = /(?<![\d.])\d{2,8}(?![\d.])/g;
/** Shorter ones mean another thing with every maker. */
const TELLING_LENGTH = 5;

/** What a maker's code in the words of a provider means; `undefined` where they hold none that is known. */
export function explainMakerCode(words: string, brand: string | null): Explanation | undefined {
  const maker = makerOfBrand(brand);
  for (const [code] of words.matchAll(CODE)) {
    const found = MAKER_CODES.find(
      (each) =>
        each.code === code && (maker === undefined ? code.length >= TELLING_LENGTH : each.maker === maker),
    );
    if (found) return { en: found.en, zh: found.zh };
  }
  return undefined;
}
