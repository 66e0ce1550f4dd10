import { joined, type Explanation } from './explanation';
import { PUSH_REASONS } from './push-reasons';

/** What is known of one push. */
export interface PushFacts {
  readonly state: string;
  /** Our word for the reason; `null` before the first answer. */
  readonly code: string | null;
  readonly delivered_at: Date | null;
  readonly loss_reason: string | null;
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
  /** Why its device is retired, if it is. */
  readonly inactiveReason: string | null;
}

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
const AGAIN: Explanation = { en: 'It is tried again by itself.', zh: '会自动重试。' };
const UNDER_WAY: Explanation = { en: 'It is being sent at this moment.', zh: '正在发送。' };
const UNEXPLAINED: Explanation = {
  en: 'There is no explanation for this reason; read the words of the push service.',
  zh: '没有针对该原因的说明，请看推送服务的原文。',
};

/** Why this phone showed the push, or why it did not, and what to do. What is known best comes first. */
export function explainPush(push: PushFacts, { held, inactiveReason }: PushConditions): Explanation {
  if (push.clicked_at) return CLICKED;
  if (push.shown_at) return SHOWN;
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

function explainHeld({ cause, isProbed }: HeldBecause): Explanation {
  const end = isProbed ? 'held_until_healed' : 'held_until_released';
  return joined(explainReason(`held_${cause}`), explainReason(end));
}

/** Each reason in words. */
export function explainReason(reason: string | null): Explanation {
  return (reason !== null && Object.hasOwn(PUSH_REASONS, reason) && PUSH_REASONS[reason]) || UNEXPLAINED;
}
