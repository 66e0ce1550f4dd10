import { DateTime } from 'luxon';
import { isShipmentStatus, type ShipmentStatus } from '../shipment/status';
import type { Explanation } from '../shipment/explanation';
import type { ExplainedNotification } from './explain';

/** What a customer may know of a parcel. */
export interface CustomerFacts {
  readonly trackingNo: string;
  /** As it was told last. */
  readonly status: string | null;
  /** When it was scanned. */
  readonly at: Date | null;
  readonly reached: Reached;
}

/** Whether the buyer's phones have got it; `quiet`: nothing was to be told, or something newer was. */
export type Reached = 'shown' | 'sent' | 'under-way' | 'no-phone' | 'not-reached' | 'quiet';

const STATUS_CLAUSES: Readonly<Record<ShipmentStatus, Explanation>> = {
  info_received: { en: 'is registered with the carrier', zh: '已在快递公司下单' },
  picked_up: { en: 'was picked up by the carrier', zh: '已由快递公司揽收' },
  in_transit: { en: 'is on its way', zh: '正在运输途中' },
  customs: { en: 'is at customs', zh: '正在清关' },
  out_for_delivery: { en: 'is out for delivery', zh: '正在派送' },
  available_for_pickup: { en: 'is ready to be collected', zh: '已到代收点，等待领取' },
  delivered: { en: 'was delivered', zh: '已签收' },
  failed_attempt: { en: 'could not be delivered at the last attempt', zh: '上次派送未成功' },
  exception: { en: 'is delayed by a problem at the carrier', zh: '在快递公司处出现异常' },
  returning: { en: 'is on its way back to the sender', zh: '正在退回寄件方' },
  returned: { en: 'is back with the sender', zh: '已退回寄件方' },
  expired: { en: 'has had no news from the carrier for a long time', zh: '的物流信息已长时间没有更新' },
};
const NO_NEWS: Explanation = { en: 'has no news from the carrier yet', zh: '暂时没有物流信息' };

const REACHED_CLAUSES: Readonly<Record<Reached, Explanation>> = {
  shown: { en: ', and your phone has shown our message', zh: '，您的手机已显示我们的通知' },
  sent: {
    en: ', and we have sent a message to your phone (if you cannot see it, please allow notifications of our app)',
    zh: '，我们已向您的手机发送通知（如未看到，请允许本应用的通知）',
  },
  'under-way': {
    en: ', and a message to your phone is on its way',
    zh: '，我们正在向您的手机发送通知',
  },
  'no-phone': {
    en: '; to get our messages, please open our app, sign in and allow notifications',
    zh: '；如需接收通知，请打开我们的应用、登录并允许通知',
  },
  'not-reached': {
    en: '; our message has not reached your phone, and we are looking into it',
    zh: '；我们的通知未能送达您的手机，正在处理',
  },
  quiet: { en: '', zh: '' },
};

const TAIL = 4;

/** One sentence that can be sent to the customer as it is: no word of ours is in it, and nobody's name. */
export function sentenceForCustomer(
  { trackingNo, status, at, reached }: CustomerFacts,
  zone: string,
): Explanation {
  const tail = trackingNo.slice(-TAIL);
  const clause = status !== null && isShipmentStatus(status) ? STATUS_CLAUSES[status] : NO_NEWS;
  const time = at === null ? '' : DateTime.fromJSDate(at, { zone }).toFormat('yyyy-MM-dd HH:mm');
  const { en, zh } = REACHED_CLAUSES[reached];
  return {
    en: `Your parcel with the number ending in ${tail} ${clause.en}${time && ` (${time})`}${en}.`,
    zh: `您尾号 ${tail} 的包裹${clause.zh}${time && `（${time}）`}${zh}。`,
  };
}

/** How far the newest message of the buyer got. */
export function howReached(
  message: Pick<ExplainedNotification, 'send_status' | 'pushes'> | undefined,
): Reached {
  if (message === undefined) return 'quiet';
  const accepted = message.pushes.filter(({ state }) => state === 'accepted');
  if (accepted.some(({ shown_at }) => shown_at !== null)) return 'shown';
  if (accepted.length > 0) return 'sent';
  switch (message.send_status) {
    case 'sending':
      return message.pushes.some(({ state }) => state === 'failed') ? 'not-reached' : 'under-way';
    case 'no-targets':
      return 'no-phone';
    case 'superseded':
      return 'quiet';
    default:
      return 'not-reached';
  }
}
