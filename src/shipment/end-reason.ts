import type { Explanation } from './explanation';
import { WITHHELD, WITHOUT_PUSH } from './who-is-told';

export const END_REASONS = [
  'nothing-new',
  'stale',
  'unknown-status',
  'newer-status',
  'renumbered',
  'too-old',
  'no-order',
  'nobody-named',
  'by-audience',
  'notification-deleted',
  ...WITHHELD,
  WITHOUT_PUSH,
  'data-refused',
  'cancelled',
  'ended-outside',
  'erased',
  'history',
] as const;
/**
 * Why a delivery ended as it did: the `reason` of its workflow's result, and of its row in `express_updates`, where an
 * update that announced nothing has none beside its verdict. `by-audience`: each audience came to an outcome of its own.
 */
export type EndReason = (typeof END_REASONS)[number];

/** The type of the failure of a step whose data the database refuses; the delivery ends as `data-refused`. */
export const DATA_REFUSED = 'DataRefused';

/** Each reason in words that stand after "because": how it is said in Temporal, and to people who ask why. */
export const END_REASON_WORDS: Readonly<Record<EndReason, Explanation>> = {
  'nothing-new': {
    en: 'every scan of this webhook was known already',
    zh: '这个 webhook 的所有扫描都已知道',
  },
  stale: {
    en: 'its scans do not change the status, or lie behind what people were told',
    zh: '它的扫描没有改变状态，或早于已通知的内容',
  },
  'unknown-status': {
    en: 'its status word is not known: the scan is stored and moves nothing (see STATUS_MAP)',
    zh: '状态词未知：扫描已保存，但不改变任何状态（见 STATUS_MAP）',
  },
  'newer-status': { en: 'a newer status is known', zh: '已有更新的状态' },
  renumbered: {
    en: 'the shop has given its row another number or carrier, and what is told of the one before is of another parcel',
    zh: '商城已为这一行改了单号或快递公司，之前单号的消息属于另一个包裹',
  },
  'too-old': {
    en: 'the news is too old to be told (MAX_AGE_HOURS); waybell retry --force tells it all the same',
    zh: '消息已过时，不再通知（见 MAX_AGE_HOURS）；如仍需通知，请执行 waybell retry --force',
  },
  'no-order': { en: 'no order was linked in time', zh: '限期内没有关联订单' },
  'nobody-named': { en: 'the order names nobody', zh: '订单中没有任何收件人' },
  'by-audience': { en: 'each audience has its own outcome', zh: '各收件人的结果各不相同' },
  'notification-deleted': {
    en: 'the shop deleted the notification, so it goes to nobody any more',
    zh: '商城删除了该通知，因此不再发送',
  },
  'order-cancelled': {
    en: 'the order is cancelled, and this asks nothing of the buyer',
    zh: '订单已取消，且买家无需处理',
  },
  'order-refunded': {
    en: 'the order is refunded, and this asks nothing of the buyer',
    zh: '订单已退款，且买家无需处理',
  },
  'not-in-this-environment': {
    en: 'who it is for is not told in this environment (PUSH_ONLY_TO)',
    zh: '本环境不通知该收件人（PUSH_ONLY_TO）',
  },
  shadow: {
    en: 'Waybell only decides, beside another system that tells people (SHADOW)',
    zh: 'Waybell 只做决定，由另一个系统通知用户（SHADOW）',
  },
  'told-of-other-order': {
    en: 'the parcel is of another order of the same person too, and is told of once',
    zh: '该包裹也属于同一个人的另一个订单，只通知一次',
  },
  'without-push': {
    en: 'who it is for has no phone by design (WITHOUT_PUSH, orders.buyerPush): nobody waits for one',
    zh: '收件人按设计没有接收推送的手机（WITHOUT_PUSH、orders.buyerPush），因此不等待',
  },
  'data-refused': {
    en: 'the database refuses a value of this shipment: its workflow says which',
    zh: '数据库拒绝了这个运单的某个值：具体见其工作流',
  },
  cancelled: { en: 'cancelled by an operator', zh: '被操作人员取消' },
  'ended-outside': { en: 'its workflow was ended from outside', zh: '它的工作流从外部被终止' },
  erased: { en: 'what was kept of it was erased', zh: '其保存的内容已被删除' },
  history: {
    en: 'another system told it before (import-history)',
    zh: '此前已由另一个系统通知（import-history）',
  },
};

/** What stood in place of a code before there were any, when each audience had its own outcome. */
const BY_AUDIENCE = /^(user|merchant): [a-z-]+, \d+ accepted/;
const AND_NEWER_STATUS = '; a newer status is known';
const CODE_OF_SENTENCE = new Map<string, EndReason>([
  ['a newer status is known', 'newer-status'],
  ['no order was linked in time', 'no-order'],
  ['the order names nobody', 'nobody-named'],
  ['cancelled by an operator', 'cancelled'],
  ['its workflow was ended from outside', 'ended-outside'],
]);

/**
 * Reads a reason wherever it comes from: the first versions wrote sentences, and those stay in histories, in steps that
 * were begun then and go on for up to 13 days, and in rows that a worker of then writes beside a migrated database.
 * @returns `null` for what is no reason
 */
export function readEndReason(stored: string | null): EndReason | null {
  if (stored === null) return null;
  const code = END_REASONS.find((reason) => reason === stored);
  if (code !== undefined) return code;
  if (BY_AUDIENCE.test(stored)) return stored.endsWith(AND_NEWER_STATUS) ? 'newer-status' : 'by-audience';
  return CODE_OF_SENTENCE.get(stored) ?? null;
}
