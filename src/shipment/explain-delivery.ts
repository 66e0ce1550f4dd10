import type { Verdict } from './decide-announcement';
import { END_REASON_WORDS, type EndReason } from './end-reason';
import { toldInstead, type Explanation } from './explanation';
import { TOO_OLD } from './news-age';
import { RENUMBERED } from './renumbered';
import type { ShipmentStatus } from './status';
import type { Attention } from './delivery';
import { isWithheld, type Withheld } from './who-is-told';

/** What is known of a delivery, as far as it says more than its notifications. */
export interface DeliveryFacts {
  readonly verdict: Verdict;
  /** The word of its source for the status. */
  readonly rawStatus: string | null;
  /** What that word is read as by now: a later table, or STATUS_MAP, may know it. */
  readonly readAs: ShipmentStatus | null;
  readonly outcome: string | null;
  readonly reason: EndReason | null;
  readonly waitsFor: readonly Attention[];
  readonly notifications: number;
  /** What its waybill names as its order, where it waits for one. */
  readonly order?: NamedOrder | null;
}

/** An order as a waybill names it: the shop may have none of that id. */
export interface NamedOrder {
  readonly id: string;
  readonly exists: boolean;
}

/** Why an audience was told nothing that its order names. */
export function explainWithheld(reason: Withheld): Explanation {
  const { en, zh } = END_REASON_WORDS[reason];
  return { en: `It is told nothing: ${en}.`, zh: `不通知：${zh}。` };
}

/** Why a delivery told nobody, and what to do; `null` when its notifications say what became of it. */
export function explainDelivery(facts: DeliveryFacts): Explanation | null {
  const { verdict, rawStatus, readAs, outcome, reason, waitsFor, notifications } = facts;
  switch (verdict) {
    case 'nothing-new':
    case 'stale': {
      const { en, zh } = END_REASON_WORDS[verdict];
      return { en: `There was nothing to tell: ${en}.`, zh: `没有需要通知的内容：${zh}。` };
    }
    case 'unknown-status':
      if (readAs !== null) {
        return {
          en: `The status word "${rawStatus ?? ''}" was not known when this came. It was read again since, as ${readAs}: a later delivery told that, unless it was nothing new.`,
          zh: `收到时状态词 “${rawStatus ?? ''}” 还未知。之后已重新读取为 ${readAs}：由后来的投递通知，除非没有新内容。`,
        };
      }
      return {
        en: `The status word "${rawStatus ?? ''}" is not known: it is stored, and nobody is told. "waybell words" prints the setting: say in STATUS_MAP what it means, restart, and read it again with "waybell replay".`,
        zh: `状态词 “${rawStatus ?? ''}” 未知：已保存，但不通知任何人。waybell words 会打印所需设置：请在 STATUS_MAP 中说明其含义，重启后用 waybell replay 重新读取。`,
      };
    case 'announce':
      break;
  }
  if (waitsFor.includes('order-not-found')) {
    return explainLack(facts.order ?? null);
  }
  if (notifications > 0 || outcome === null) return null;
  const isOwnReason =
    reason === TOO_OLD.reason || reason === RENUMBERED.reason || reason === 'history' || isWithheld(reason);
  if (outcome === 'superseded' && !isOwnReason) return toldInstead('anybody was told', '通知任何人之前');
  const { en, zh } = reason === null ? { en: outcome, zh: outcome } : END_REASON_WORDS[reason];
  return { en: `It ended before anybody was told: ${en}.`, zh: `它在通知任何人之前就结束了：${zh}。` };
}

function explainLack(order: NamedOrder | null): Explanation {
  if (order === null) {
    return {
      en: 'The waybill has no order, so nobody is known whom to tell. Link it with waybell link; then it goes on by itself.',
      zh: '运单没有关联订单，因此不知道该通知谁。请用 waybell link 关联，之后会自动继续。',
    };
  }
  const { id, exists } = order;
  if (exists) {
    return {
      en: `The waybill has the order ${id} by now, and goes on with it within a minute or two.`,
      zh: `运单现在已有订单 ${id}，一两分钟内会自动继续。`,
    };
  }
  return {
    en: `The waybill names the order ${id}, which the shop does not have, so nobody is known whom to tell. Create that order, or link the right one with waybell link; then it goes on by itself.`,
    zh: `运单关联的订单 ${id} 在商城中不存在，因此不知道该通知谁。请创建该订单，或用 waybell link 关联正确的订单，之后会自动继续。`,
  };
}
