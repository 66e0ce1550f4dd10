import type { ShipmentStatus } from './status';
import type { Audience } from './update';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface MessageText {
  readonly title: string;
  readonly body: string;
}

/** What a message says: a status, or that somebody has signed where nothing says whether it was the buyer. */
export type Saying = ShipmentStatus | 'signed_for';

/**
 * Everything that may stand on a lock screen, in words that are true whenever they are read. Texts come from this table alone: neither the carrier's words
 * nor anything of the order gets in, so no name, phone number or medicine can leak.
 */
const PHRASES: Readonly<Record<Language, Readonly<Record<Saying, readonly [title: string, body: string]>>>> =
  {
    zh: {
      info_received: ['快递已下单', '快递公司已收到寄件信息'],
      picked_up: ['快递已揽收', '快递公司已取件'],
      in_transit: ['快递运输中', '包裹正在运往目的地'],
      customs: ['快递清关中', '包裹正在办理清关'],
      out_for_delivery: ['快递派送中', '快递员正在派送，请保持电话畅通'],
      available_for_pickup: ['快递待取', '包裹已到代收点，请及时领取'],
      delivered: ['快递已签收', '包裹已送达，感谢您的惠顾'],
      signed_for: ['快递已签收', '包裹已有人签收，请查看详情'],
      failed_attempt: ['派送未成功', '包裹未能送达，请查看详情'],
      exception: ['快递异常', '包裹运输出现异常，请查看详情'],
      returning: ['快递退回中', '包裹正在退回寄件方'],
      returned: ['快递已退回', '包裹已退回寄件方'],
      expired: ['快递信息停更', '物流信息长时间没有更新'],
    },
    en: {
      info_received: ['Parcel registered', 'The carrier knows about it'],
      picked_up: ['Parcel picked up', 'The carrier has the parcel'],
      in_transit: ['On its way', 'The parcel is in transit'],
      customs: ['At customs', 'The parcel is being cleared'],
      out_for_delivery: ['Out for delivery', 'The courier has the parcel'],
      available_for_pickup: ['Ready for pickup', 'Collect it soon'],
      delivered: ['Delivered', 'The parcel has arrived'],
      signed_for: ['Signed for', 'Open the app for details'],
      failed_attempt: ['Delivery failed', 'Open the app for what comes next'],
      exception: ['Delivery problem', 'Open the app for details'],
      returning: ['Being returned', 'It goes back to the sender'],
      returned: ['Returned', 'It is back with the sender'],
      expired: ['No news', 'No scans for a long time'],
    },
  };

const FOR_MERCHANT: Readonly<Record<Language, string>> = { zh: '买家订单：', en: 'Order: ' };

/** Enough of a tracking number to tell two parcels apart, too little to look one up. */
const SHOWN_DIGITS = 4;

/** The text of one notification. Titles stay under 20 and bodies under 50 characters: uni-push's limits. */
export function messageText(
  language: Language,
  saying: Saying,
  audience: Audience,
  trackingNo: string,
): MessageText {
  const [title, phrase] = PHRASES[language][saying];
  const tail =
    language === 'zh'
      ? `（尾号${trackingNo.slice(-SHOWN_DIGITS)}）`
      : ` (…${trackingNo.slice(-SHOWN_DIGITS)})`;
  return { title, body: `${audience === 'merchant' ? FOR_MERCHANT[language] : ''}${phrase}${tail}` };
}
