import { ATTENTION_OF } from './delivery';
import { END_REASON_WORDS, type EndReason } from './end-reason';
import { joined, toldInstead, type Explanation } from './explanation';
import { RENUMBERED } from './renumbered';
import { isWithheld, NOT_HERE, OTHER_ORDER, type Withheld, WITHOUT_PUSH } from './who-is-told';

/** What became of one notification, in numbers. */
export interface NotificationFacts {
  /** Another word than ours for a row of the old system. */
  readonly sendStatus: string | null;
  /** Whether a device turned up, or its provider answered, only when the news was too old to be told. */
  readonly tooLate: boolean;
  /** Our code beside it. */
  readonly lastError: string | null;
  /** Whether its owner ever registered a device. */
  readonly everHadDevice: boolean;
  /** Until when its delivery waits for something; `null` when it waits for nothing. */
  readonly waitsUntil: Date | null;
  /** Pushes that a provider accepted, those among them that a phone showed, and those that still wait. */
  readonly accepted: number;
  readonly shown: number;
  readonly waiting: number;
  /** Of those that wait: how many because all pushes of their provider are held. */
  readonly held: number;
}

/** Whether a person has seen it, why not, and what to do; each push tells the rest. */
export function explainNotification(facts: NotificationFacts): Explanation {
  const { sendStatus, lastError, accepted, shown, waiting, held } = facts;
  if (shown > 0) {
    return {
      en: `${shown} of ${counted(accepted, 'device')} that it was accepted for confirmed that it was shown.`,
      zh: `推送成功的 ${accepted} 台设备中，有 ${shown} 台确认已显示。`,
    };
  }
  if (held > 0) {
    return {
      en: `${counted(held, 'push', 'pushes')} held, because the push service refuses all of ours: waybell providers list says why, and when it is tried again.`,
      zh: `${held} 条推送因推送服务拒绝我们的全部请求而暂停：原因和下次尝试时间见 waybell providers list。`,
    };
  }
  if (waiting > 0) {
    return {
      en: `${counted(waiting, 'push', 'pushes')} under way, or tried again without anybody's help.`,
      zh: `${waiting} 条推送正在发送或自动重试。`,
    };
  }
  switch (sendStatus) {
    case 'success':
      return acceptedBy(accepted);
    case 'partial':
      return joined(
        acceptedBy(accepted),
        lastError === NO_MEMBERS ? withWait(facts, MEMBERS_UNKNOWN) : OTHERS_FAILED,
      );
    case 'failed':
      if (lastError === NO_MEMBERS) return withWait(facts, MEMBERS_UNKNOWN);
      if (lastError === 'cancelled' || lastError === 'ended-outside') return endedBefore(lastError);
      return withWait(facts, {
        en: 'No device was reached. Each push says why; once that is corrected, waybell retry tries again.',
        zh: '没有送达任何设备。原因见各条推送，修正后请执行 waybell retry 重试。',
      });
    case 'no-targets':
      if (lastError === WITHOUT_PUSH) return NO_PHONE_BY_DESIGN;
      return withWait(facts, facts.everHadDevice ? NO_ACTIVE_DEVICE : NEVER_A_DEVICE);
    case 'superseded':
      if (facts.tooLate) return TOO_LATE;
      if (lastError === 'recipient-gone') return RECIPIENT_GONE;
      if (lastError === 'recipient-changed') return RECIPIENT_CHANGED;
      if (lastError === RENUMBERED.reason) return NUMBER_CHANGED;
      if (lastError === NOT_HERE) return endedBefore(NOT_HERE);
      if (lastError === OTHER_ORDER) return TOLD_ONCE;
      if (isWithheld(lastError)) return withheldBefore(lastError);
      return toldInstead('this one was sent', '发送之前');
    case 'sending':
      // Its own pushes are done; the delivery still pushes to the other audience.
      return accepted > 0 ? acceptedBy(accepted) : withWait(facts, BEING_SENT);
    default:
      return {
        en: 'It was made by another system, which knows what became of it.',
        zh: '该通知由其他系统生成，结果请在该系统中查看。',
      };
  }
}

function acceptedBy(accepted: number): Explanation {
  return {
    en: `A push service accepted it for ${counted(accepted, 'device')}, and no phone has confirmed that it showed it. Each push says what may be the cause.`,
    zh: `推送服务已接受 ${accepted} 台设备的推送，但没有手机确认已显示。可能的原因见各条推送。`,
  };
}

function endedBefore(reason: EndReason): Explanation {
  const { en, zh } = END_REASON_WORDS[reason];
  return {
    en: `Its delivery ended before any device was reached: ${en}. The same webhook, or waybell retry, starts it again.`,
    zh: `投递在送达任何设备之前就结束了：${zh}。再次收到同一 webhook 或执行 waybell retry 会重新开始。`,
  };
}

function withheldBefore(reason: Withheld): Explanation {
  const { en, zh } = END_REASON_WORDS[reason];
  return { en: `Before it was sent, the order changed: ${en}.`, zh: `发送之前订单已变更：${zh}。` };
}

const NO_PHONE_BY_DESIGN: Explanation = {
  en: 'Its owner has no phone by design (WITHOUT_PUSH, orders.buyerPush of SHOP_TABLES), and none is registered: nobody waits for one.',
  zh: '收件人按设计没有接收推送的手机（WITHOUT_PUSH、SHOP_TABLES 的 orders.buyerPush），也没有注册过，因此不等待。',
};

const RECIPIENT_GONE: Explanation = {
  en: 'The order names nobody for this audience any more, so it was sent to nobody.',
  zh: '订单不再指定这一方的收件人，因此没有发送给任何人。',
};

const RECIPIENT_CHANGED: Explanation = {
  en: 'The order names another person by now, who has a message of their own; this one was sent to nobody.',
  zh: '订单现在指定了另一位收件人，其另有一条通知；这一条没有发送给任何人。',
};

const NUMBER_CHANGED: Explanation = {
  en: `It was sent to nobody: ${END_REASON_WORDS[RENUMBERED.reason].en}.`,
  zh: `没有发送给任何人：${END_REASON_WORDS[RENUMBERED.reason].zh}。`,
};

const TOLD_ONCE: Explanation = {
  en: 'Its parcel is of another order of the same person too: the message of that one was pushed, so that no phone buzzes twice.',
  zh: '该包裹也属于同一个人的另一个订单：已推送那个订单的通知，手机不会响两次。',
};

const OTHERS_FAILED: Explanation = {
  en: 'Other devices failed: see why, then retry.',
  zh: '另有设备失败：请查看原因后重试。',
};

const NO_MEMBERS = ATTENTION_OF.members;
const MEMBERS_UNKNOWN: Explanation = {
  en: 'Who belongs to the merchant could not be found out (members of SHOP_TABLES), so their phones were not told: waybell doctor says what to do. It is asked again by itself.',
  zh: '无法查明谁属于该商家（SHOP_TABLES 的 members），因此没有通知其成员的手机：处理方法见 waybell doctor。会自动再次查询。',
};

const TOO_LATE: Explanation = {
  en: 'When it could be sent, the news was too old to be told: MAX_AGE_HOURS says how old it may be, and waybell retry --force sends it all the same.',
  zh: '可以发送时消息已过时，不再通知：时限见 MAX_AGE_HOURS，如仍需发送，请执行 waybell retry --force。',
};

const BEING_SENT: Explanation = { en: 'It is being sent.', zh: '正在发送。' };

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

const NEVER_A_DEVICE: Explanation = {
  en: 'Its owner never registered a phone. The app must register it with POST /api/v1/push/register, under this account.',
  zh: '收件人从未注册过手机。应用需要以该账号调用 POST /api/v1/push/register 注册。',
};

const NO_ACTIVE_DEVICE: Explanation = {
  en: 'All phones of its owner are retired: signed off, removed, or silent for too long. Opening the app, which registers it, is enough.',
  zh: '收件人的手机都已停用：已注销、已卸载或静默过久。打开应用（会重新注册）即可。',
};

function withWait({ waitsUntil }: NotificationFacts, { en, zh }: Explanation): Explanation {
  if (waitsUntil === null) return { en, zh };
  const until = waitsUntil.toISOString();
  return { en: `${en} Its delivery waits for that until ${until}.`, zh: `${zh}投递将等待至 ${until}。` };
}
