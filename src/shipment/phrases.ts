import type { ShipmentStatus } from './status';
import type { Audience } from './update';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a message says: a status, or that somebody has signed where nothing says whether it was the buyer. */
export type Saying = ShipmentStatus | 'signed_for';

export const MANNERS = ['usual', 'return', 'order-cancelled', 'order-refunded', 'not-handed-over'] as const;
/**
 * In which words it is said. `return`: of a parcel from the buyer to the merchant. The last three say what is wrong and
 * what to do: the order is off, or the goods of somebody who needs them himself were left with others.
 */
export type Manner = (typeof MANNERS)[number];

export type Phrase = readonly [title: string, body: string];
type Phrases = Readonly<Record<Saying, Phrase>>;

/**
 * Everything that may stand on a lock screen, in words that are true whenever they are read. Texts come from these
 * tables alone: neither the carrier's words nor anything of the order gets in, so no name, phone number or medicine can
 * leak, and nothing says of which kind the goods are.
 */
const USUAL: Readonly<Record<Language, Phrases>> = {
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

/**
 * A parcel that the buyer sends back: he is its sender and the merchant its receiver. One that its carrier takes back
 * (`returning`) goes to the buyer.
 */
const RETURN: Readonly<Record<Language, Readonly<Record<Audience, Phrases>>>> = {
  zh: {
    user: {
      info_received: ['退货已下单', '快递公司已收到您的退货信息'],
      picked_up: ['退货已揽收', '快递公司已取走您的退货'],
      in_transit: ['退货运输中', '您的退货正在运往商家'],
      customs: ['退货清关中', '您的退货正在办理清关'],
      out_for_delivery: ['退货派送中', '您的退货正在派送给商家'],
      available_for_pickup: ['退货待商家领取', '您的退货已到代收点，等待商家领取'],
      delivered: ['退货已送达', '您的退货已送达商家'],
      signed_for: ['退货已签收', '您的退货已有人签收，请查看详情'],
      failed_attempt: ['退货派送未成功', '您的退货未能送达商家'],
      exception: ['退货快递异常', '您的退货运输出现异常，请查看详情'],
      returning: ['退货未送达', '您的退货未能送达商家，正在寄回给您'],
      returned: ['退货已寄回', '您的退货未能送达商家，已寄回给您'],
      expired: ['退货信息停更', '您的退货长时间没有物流更新'],
    },
    merchant: {
      info_received: ['买家已退货下单', '快递公司已收到买家的退货信息'],
      picked_up: ['买家退货已揽收', '快递公司已取走买家的退货'],
      in_transit: ['买家退货运输中', '买家的退货正在运来'],
      customs: ['买家退货清关中', '买家的退货正在办理清关'],
      out_for_delivery: ['买家退货派送中', '买家的退货正在派送，请准备收货'],
      available_for_pickup: ['买家退货待取', '买家的退货已到代收点，请及时领取'],
      delivered: ['买家退货已送达', '买家的退货已送达，请验收'],
      signed_for: ['买家退货已签收', '买家的退货已有人签收，请核实'],
      failed_attempt: ['买家退货派送未成功', '买家的退货未能送达，请查看详情'],
      exception: ['买家退货异常', '买家的退货运输出现异常，请查看详情'],
      returning: ['买家退货未送达', '买家的退货未能送达，正在寄回买家'],
      returned: ['买家退货已寄回', '买家的退货未能送达，已寄回买家'],
      expired: ['买家退货信息停更', '买家的退货长时间没有物流更新'],
    },
  },
  en: {
    user: {
      info_received: ['Return registered', 'The carrier knows about it'],
      picked_up: ['Return picked up', 'The carrier has your return'],
      in_transit: ['Return on its way', 'Your return goes to the shop'],
      customs: ['Return at customs', 'Your return is being cleared'],
      out_for_delivery: ['Return nearly there', 'The courier takes it to the shop'],
      available_for_pickup: ['Return waits', 'The shop can collect your return'],
      delivered: ['Return arrived', 'The shop has your return'],
      signed_for: ['Return signed for', 'Open the app for details'],
      failed_attempt: ['Return undelivered', 'It did not reach the shop yet'],
      exception: ['Return problem', 'Open the app for details'],
      returning: ['Return comes back', 'It missed the shop, back to you'],
      returned: ['Return came back', 'It missed the shop, you have it'],
      expired: ['No news of return', 'No scans for a long time'],
    },
    merchant: {
      info_received: ['Buyer’s return', 'Return: the carrier knows about it'],
      picked_up: ['Return picked up', 'Return: the carrier has it'],
      in_transit: ['Return on its way', 'Return: it comes to you'],
      customs: ['Return at customs', 'Return: it is being cleared'],
      out_for_delivery: ['Return arriving', 'Return: the courier brings it to you'],
      available_for_pickup: ['Collect a return', 'Return: it waits at a pickup point'],
      delivered: ['Return delivered', 'Return: it has arrived, check it'],
      signed_for: ['Return signed for', 'Return: see who has signed'],
      failed_attempt: ['Return undelivered', 'Return: it did not reach you'],
      exception: ['Return problem', 'Return: open the app for details'],
      returning: ['Return went back', 'Return: on its way back to the buyer'],
      returned: ['Return is back', 'Return: it is back with the buyer'],
      expired: ['No news of return', 'Return: no scans for a long time'],
    },
  },
};

/** What is wrong, and what to do: each for whom and of what `who-is-told.ts` has it told. */
type Trouble = Readonly<Partial<Record<Audience, Readonly<Partial<Record<Saying, Phrase>>>>>>;

const TROUBLE: Readonly<Record<Language, Readonly<Record<Exclude<Manner, 'usual' | 'return'>, Trouble>>>> = {
  zh: {
    'order-cancelled': {
      user: {
        out_for_delivery: ['订单已取消', '包裹仍在派送，请拒收'],
        available_for_pickup: ['订单已取消', '包裹在代收点，请勿领取'],
        delivered: ['订单已取消', '包裹仍已签收，请联系商家退回'],
      },
      merchant: { delivered: ['已取消订单被签收', '订单已取消，但包裹已被签收，请处理'] },
    },
    'order-refunded': {
      user: {
        out_for_delivery: ['订单已退款', '包裹仍在派送，如不保留商品请拒收'],
        available_for_pickup: ['订单已退款', '包裹在代收点，如不保留商品请勿领取'],
        delivered: ['订单已退款', '包裹仍已签收，是否退回请联系商家'],
      },
      merchant: { delivered: ['已退款订单被签收', '订单已退款，但包裹已被签收，请处理'] },
    },
    'not-handed-over': {
      merchant: {
        available_for_pickup: ['包裹未交本人', '包裹放在代收点，未交本人，请尽快处理'],
        delivered: ['包裹非本人签收', '包裹由他人签收，请尽快联系买家'],
      },
    },
  },
  en: {
    'order-cancelled': {
      user: {
        out_for_delivery: ['Order cancelled', 'It still comes: refuse the parcel'],
        available_for_pickup: ['Order cancelled', 'Leave it at the pickup point'],
        delivered: ['Order cancelled', 'It came: ask how to send it back'],
      },
      merchant: { delivered: ['Cancelled: arrived', 'Order cancelled, parcel signed for'] },
    },
    'order-refunded': {
      user: {
        out_for_delivery: ['Order refunded', 'It comes: refuse it unless you keep it'],
        available_for_pickup: ['Order refunded', 'Leave it there unless you keep it'],
        delivered: ['Order refunded', 'It came: ask whether to send it back'],
      },
      merchant: { delivered: ['Refunded: arrived', 'Order refunded, parcel signed for'] },
    },
    'not-handed-over': {
      merchant: {
        available_for_pickup: ['Not handed over', 'At a pickup point: call the buyer'],
        delivered: ['Signed by another', 'Not the buyer signed: call the buyer'],
      },
    },
  },
};

/** Which of the parcels of its order one is, first as it reads best, then as it needs less room. */
export function placesIn(language: Language, place: number, of: number): readonly string[] {
  return language === 'zh'
    ? [`${of}件中的第${place}件`]
    : [`parcel ${place} of ${of}`, `${place} of ${of}`, `${place}/${of}`];
}

/** In place of the words about the parcel that was the last to arrive. */
export function allArrived(language: Language, audience: Audience, of: number): string {
  const words = language === 'zh' ? `${of}个包裹已全部送达` : `All ${of} parcels have arrived`;
  return audience === 'merchant' ? `${FOR_MERCHANT[language]}${words}` : words;
}

/** The words of one manner; where it has none of its own, those that are usual. */
export function phraseOf(language: Language, manner: Manner, audience: Audience, saying: Saying): Phrase {
  if (manner === 'return') return RETURN[language][audience][saying];
  const trouble = manner === 'usual' ? undefined : TROUBLE[language][manner][audience]?.[saying];
  if (trouble !== undefined) return trouble;
  const [title, body] = USUAL[language][saying];
  return [title, audience === 'merchant' ? `${FOR_MERCHANT[language]}${body}` : body];
}
