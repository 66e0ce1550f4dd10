import type { NotificationPermission } from './device';
import { joined, type Explanation } from './explanation';
import { explainMakerCode } from './maker-codes';
import { PUSH_REASONS } from './push-reasons';
import { explainLack, type ToldClass } from './told-class';

/** What is known of one push. */
export interface PushFacts {
  readonly state: string;
  /** Our word for the reason; `null` before the first answer. */
  readonly code: string | null;
  /** The provider's words. */
  readonly words: string | null;
  readonly delivered_at: Date | null;
  readonly loss_reason: string | null;
  readonly loss_words: string | null;
  readonly shown_at: Date | null;
  readonly clicked_at: Date | null;
}

export interface HeldBecause {
  readonly cause: string;
  /** Whether a push tries by itself now and then; otherwise a person has to release them. */
  readonly isProbed: boolean;
}

export interface PushConditions {
  /** Why all pushes of its provider are held, if they are. */
  readonly held: HeldBecause | null;
  readonly phone: PhoneFacts;
  /** What the maker of the phone is told by the settings of today, as far as its app has said who that is. */
  readonly told?: ToldClass | undefined;
}

/** What is known of a device; the last two by the word of its app. */
export interface PhoneFacts {
  /** Why it is retired, if it is. */
  readonly inactiveReason: string | null;
  readonly brand: string | null;
  readonly notifications: NotificationPermission | null;
}
/** Of a device that is not there any more. */
export const UNKNOWN_PHONE: PhoneFacts = { inactiveReason: null, brand: null, notifications: null };

const CLICKED: Explanation = { en: 'A person opened it.', zh: '用户已点开。' };
const SHOWN: Explanation = { en: 'The phone says that it showed it.', zh: '手机确认已显示。' };
const DELIVERED: Explanation = {
  en: 'It reached the phone, which has not said whether it showed it: the app may have been open, or posts no receipts.',
  zh: '已送达手机，但手机没有确认是否显示：应用可能正在前台，或没有上报回执。',
};
const UNCONFIRMED: Explanation = {
  en: 'Accepted, but not confirmed by the phone.',
  zh: '推送服务已接受，手机尚未确认。',
};
const LOST: Explanation = {
  en: 'The push service took it, but it never reached the phone.',
  zh: '推送服务收下了，但没有送达手机。',
};
export const DENIED: Explanation = {
  en: 'When the app registered last, notifications were switched off on this phone: it shows nothing until the person switches them on.',
  zh: '应用最近一次注册时，这部手机关闭了通知：用户打开之前不会显示任何内容。',
};
const ALLOWED: Explanation = {
  en: 'When the app registered last, notifications were switched on for it on this phone.',
  zh: '应用最近一次注册时，这部手机允许它显示通知。',
};
const AGAIN: Explanation = { en: 'It is tried again by itself.', zh: '会自动重试。' };
const UNDER_WAY: Explanation = { en: 'It is being sent at this moment.', zh: '正在发送。' };
const UNEXPLAINED: Explanation = {
  en: 'There is no explanation for this reason; read the words of the push service.',
  zh: '没有针对该原因的说明，请看推送服务的原文。',
};

/** Why this phone showed the push, or why it did not, and what to do. What is known best comes first. */
export function explainPush(push: PushFacts, { held, phone, told }: PushConditions): Explanation {
  if (push.clicked_at) return CLICKED;
  if (push.shown_at) return SHOWN;
  return joined(
    explainUnseen(push, held, phone),
    ...saidByMaker(push, phone),
    ...notTold(push, told),
    ...saidByApp(push, phone),
  );
}

function explainUnseen(
  push: PushFacts,
  held: HeldBecause | null,
  { inactiveReason }: PhoneFacts,
): Explanation {
  if (push.delivered_at) return DELIVERED;
  if (push.loss_reason !== null) return joined(LOST, explainReason(push.loss_reason));
  switch (push.state) {
    case 'accepted':
      return joined(UNCONFIRMED, explainReason(push.code));
    case 'claimed':
      return UNDER_WAY;
    case 'retry':
      return held ? explainHeld(held) : joined(explainReason(push.code), AGAIN);
    case 'moved':
      return inactiveReason === null ? explainReason(push.code) : explainReason(inactiveReason);
    default:
      return explainReason(push.code);
  }
}

/** Of a push that has arrived, its maker's codes say nothing any more. */
function saidByMaker(push: PushFacts, { brand }: PhoneFacts): Explanation[] {
  const words = push.loss_reason === null ? push.words : push.loss_words;
  if (push.delivered_at !== null || words === null) return [];
  const explanation = explainMakerCode(words, brand);
  return explanation === undefined ? [] : [explanation];
}

/** Of a push that was taken, and that its maker may have kept to itself: a running app gets it without its maker. */
function notTold(
  { state, code, delivered_at: delivered }: PushFacts,
  told: ToldClass | undefined,
): Explanation[] {
  const isWithMaker = state === 'accepted' && code !== 'online' && delivered === null;
  return isWithMaker && told !== undefined && told.lacks.length > 0 ? [explainLack(told)] : [];
}

function saidByApp(
  { state, delivered_at: delivered }: PushFacts,
  { notifications }: PhoneFacts,
): Explanation[] {
  if (state !== 'accepted' && delivered === null) return [];
  if (notifications === 'denied') return [DENIED];
  return notifications === 'allowed' ? [ALLOWED] : [];
}

function explainHeld({ cause, isProbed }: HeldBecause): Explanation {
  const end = isProbed ? 'held_until_healed' : 'held_until_released';
  return joined(explainReason(`held_${cause}`), explainReason(end));
}

/** Each reason in words. */
export function explainReason(reason: string | null): Explanation {
  return (reason !== null && Object.hasOwn(PUSH_REASONS, reason) && PUSH_REASONS[reason]) || UNEXPLAINED;
}
