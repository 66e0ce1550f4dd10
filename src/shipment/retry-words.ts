import type { Explanation } from './explanation';

/**
 * What is said of another try of a delivery; `{}` stands for what is filled in. The English sentences are published:
 * workflows of earlier releases answer with them, and rows of bulk retries hold them.
 */
const SENTENCES = {
  begun: { en: 'The retry has begun.', zh: '重试已开始。' },
  restarted: { en: 'the delivery had closed and was started again', zh: '该投递已结束，现已重新开始' },
  wouldAsk: { en: 'the delivery waits ({}), and would try again', zh: '该投递正在等待（{}），将再次尝试' },
  wouldRestart: {
    en: 'the delivery has closed, and would be started again',
    zh: '该投递已结束，将重新开始',
  },
  busy: { en: 'nothing to retry: the delivery is {} by itself', zh: '无需重试：该投递正在自行进行：{}' },
  noneOfThese: {
    en: 'nothing to retry: none of these devices still needs the message',
    zh: '无需重试：这些手机都不再需要该消息',
  },
  tooOld: {
    en: 'nothing to retry: too old to be told since {}; with force it is told all the same',
    zh: '无需重试：自 {} 起已过时，不再通知；勾选“过时的消息也发送”（force）则仍会通知',
  },
  announcedNothing: {
    en: 'nothing to retry: the update announced nothing ({})',
    zh: '无需重试：该更新没有需要通知的内容（{}）',
  },
  newerStatus: { en: 'nothing to retry: a newer status is known ({})', zh: '无需重试：已有更新的状态（{}）' },
  allAccepted: {
    en: 'nothing to retry: every push was accepted, and no other device is registered',
    zh: '无需重试：所有推送都已被接受，也没有登记其他手机',
  },
  justStarted: {
    en: 'another retry of this delivery has just been started',
    zh: '该投递刚刚已由另一次重试重新开始',
  },
  forgotten: {
    en: 'neither Temporal nor the database knows this delivery, or keeps what it was told',
    zh: 'Temporal 和数据库都不知道该投递，或没有保存它所收到的内容',
  },
  nobody: { en: 'no delivery has this name', zh: '没有叫这个名字的投递' },
  noWorker: {
    en: 'no worker took the retry in time; is one running?',
    zh: '没有 worker 及时处理重试；worker 在运行吗？',
  },
  failedOften: { en: 'failed {} times: {}', zh: '失败 {} 次：{}' },
} as const satisfies Record<string, Explanation>;

/** What may be filled in. */
const VALUES: Readonly<Record<string, string>> = {
  'order-not-found': '没有订单',
  'no-targets': '没有手机',
  'push-failed': '推送失败',
  'members-unknown': '商家成员未知',
  'storing the scans': '保存扫描',
  'resolving the recipients': '查找收件人',
  'writing the notifications': '写入消息',
  'recording the outcome': '记录结果',
  'nothing-new': '没有新内容',
  stale: '不改变状态',
  'unknown-status': '状态词未知',
  info_received: '已下单',
  picked_up: '已揽收',
  in_transit: '运输中',
  customs: '清关中',
  out_for_delivery: '派送中',
  available_for_pickup: '待取件',
  delivered: '已签收',
  failed_attempt: '派送未成功',
  exception: '异常',
  returning: '退回中',
  returned: '已退回',
  expired: '信息停更',
};
const PUSHING = /^pushing to (\d+) devices(?:, more follow)?$/;

/** The sentence, filled in. */
export function retryWords(sentence: keyof typeof SENTENCES, ...values: readonly string[]): Explanation {
  const { en, zh } = SENTENCES[sentence];
  return { en: filled(en, values), zh: filled(zh, values.map(valueInChinese)) };
}

/** A sentence that came in English, in both languages; one that is none of these, such as of a provider, as it is. */
export function retryWordsOf(english: string): Explanation {
  for (const { en, zh } of Object.values(SENTENCES)) {
    const found = patternOf(en).exec(english);
    if (found) return { en: english, zh: filled(zh, found.slice(1).map(valueInChinese)) };
  }
  return { en: english, zh: english };
}

function filled(sentence: string, values: readonly string[]): string {
  const rest = [...values];
  return sentence.replace(/\{\}/g, () => rest.shift() ?? '');
}

const patternOf = (sentence: string): RegExp =>
  new RegExp(`^${sentence.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll('{}', '(.*)')}$`, 's');

/** Several may stand with commas between. */
function valueInChinese(value: string): string {
  const pushing = PUSHING.exec(value);
  if (pushing) return `推送到 ${pushing[1]} 部手机`;
  return value
    .split(', ')
    .map((one) => VALUES[one] ?? one)
    .join('、');
}
