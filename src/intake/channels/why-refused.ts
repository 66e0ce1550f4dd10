import type { HttpErrorCode } from '../../errors';
import type { Explanation } from '../../shipment/explanation';
import type { Fault } from '../../sources/source';

/** Why a webhook was refused: what is wrong with its proof, or with its URL, or what the answer says. */
export type RefusalReason = Fault['kind'] | 'secret-none' | 'url-expired' | WebhookProblem;

/** Codes of answers that say all there is to say. */
type WebhookProblem = Extract<
  HttpErrorCode,
  | 'channel-unknown'
  | 'signature-replayed'
  | 'content-type-unsupported'
  | 'content-encoding-unsupported'
  | 'request-malformed'
  | 'json-malformed'
  | 'field-invalid'
  | 'body-too-large'
  | 'bodies-full'
  | 'intake-unavailable'
  | 'internal'
>;

export interface WhyRefused {
  readonly reason: RefusalReason;
  /** The header or the field that it is about, or the channel of an expired URL; empty for none. */
  readonly place: string;
  /** Names that are there instead, and may be meant. */
  readonly found: string;
}

interface Said {
  readonly en: (place: string) => string;
  readonly zh: (place: string) => string;
  /** What a person does about it; `rotate` begins the command that gives the channel something new. */
  readonly fix: (rotate: string, title: string) => Explanation;
}

const enterSecret: Said['fix'] = (rotate, title) => ({
  en: `${rotate} --secret-stdin, with the secret that stands at ${title}`,
  zh: `${rotate} --secret-stdin，输入 ${title} 后台中的密钥`,
});
const letSign: Said['fix'] = (rotate, title) => ({
  en: `At ${title}: switch signing on, and enter the secret of the channel; a new one: ${rotate} --secret-stdin`,
  zh: `在 ${title}：打开签名，并填入通道的密钥；新的密钥：${rotate} --secret-stdin`,
});
const correctSender: Said['fix'] = () => ({
  en: 'Let the sender correct its requests: docs/http.md, docs/sources.md.',
  zh: '请让发送方更正它的请求：docs/http.md、docs/sources.md。',
});

const SAID: Readonly<Record<RefusalReason, Said>> = {
  'header-missing': {
    en: (header) => `the header ${header} is missing`,
    zh: (header) => `缺少请求头 ${header}`,
    fix: letSign,
  },
  'header-malformed': {
    en: (header) => `the header ${header} has not the form of this sender`,
    zh: (header) => `请求头 ${header} 的格式不符`,
    fix: letSign,
  },
  'header-mismatch': {
    en: (header) => `the signature does not fit (header ${header})`,
    zh: (header) => `签名不符（请求头 ${header}）`,
    fix: enterSecret,
  },
  'field-missing': {
    en: (field) => `the field ${field} is missing`,
    zh: (field) => `缺少字段 ${field}`,
    fix: letSign,
  },
  'field-mismatch': {
    en: (field) => `the signature does not fit (field ${field})`,
    zh: (field) => `签名不符（字段 ${field}）`,
    fix: enterSecret,
  },
  'field-repeated': {
    en: (field) => `the field ${field} is given twice`,
    zh: (field) => `字段 ${field} 出现两次`,
    fix: correctSender,
  },
  'form-malformed': {
    en: () => 'the body is no form that can be read',
    zh: () => '请求体不是可读的表单',
    fix: correctSender,
  },
  'time-off': {
    en: (place) => `the signed time is too far from now (${place})`,
    zh: (place) => `签名时间与现在相差太大（${place}）`,
    fix: () => ({
      en: 'Set the clocks of this machine and of the sender; a channel takes more with --tolerance.',
      zh: '请校准本机和发送方的时钟；通道可以用 --tolerance 放宽。',
    }),
  },
  'secret-none': {
    en: () => 'the channel has no valid secret',
    zh: () => '通道没有有效的密钥',
    fix: enterSecret,
  },
  'url-expired': {
    en: (channel) => `the URL of channel ${channel} has expired`,
    zh: (channel) => `通道 ${channel} 的 URL 已过期`,
    fix: (rotate, title) => ({
      en: `Enter the new URL at ${title}; in place of a lost one: ${rotate} --new-token`,
      zh: `请在 ${title} 填入新的 URL；如果已经丢失，可换一个：${rotate} --new-token`,
    }),
  },
  'channel-unknown': {
    en: () => 'the URL belongs to no channel',
    zh: () => 'URL 不属于任何通道',
    fix: (_, title) => ({
      en: `Compare the URL that was entered at ${title}; waybell channels rotate … --new-token makes a new one.`,
      zh: `请核对在 ${title} 填写的 URL；waybell channels rotate … --new-token 可以生成新的。`,
    }),
  },
  'signature-replayed': {
    en: () => 'this signature came with another body before',
    zh: () => '这个签名曾与另一个请求体一起出现',
    fix: () => ({
      en: 'Nothing, unless the sender is yours: somebody may have read a webhook on its way.',
      zh: '不需要做什么；但如果发送方是自己的，可能有人在途中读到了 webhook。',
    }),
  },
  'content-type-unsupported': {
    en: () => 'the body is not declared as JSON',
    zh: () => '请求体未声明为 JSON',
    fix: correctSender,
  },
  'content-encoding-unsupported': {
    en: () => 'the body is compressed in an unknown way',
    zh: () => '请求体的压缩方式未知',
    fix: correctSender,
  },
  'request-malformed': {
    en: () => 'the request cannot be read',
    zh: () => '请求无法读取',
    fix: correctSender,
  },
  'json-malformed': {
    en: () => 'the body is no JSON object in UTF-8',
    zh: () => '请求体不是 UTF-8 的 JSON 对象',
    fix: correctSender,
  },
  'field-invalid': {
    en: (field) => `the field ${field} is missing or impossible`,
    zh: (field) => `字段 ${field} 缺失或无效`,
    fix: correctSender,
  },
  'body-too-large': {
    en: () => 'the body is larger than 1 MiB',
    zh: () => '请求体大于 1 MiB',
    fix: () => ({
      en: 'Let the sender put less into one request.',
      zh: '请让发送方在一个请求里少放一些内容。',
    }),
  },
  'bodies-full': {
    en: () => 'too many bodies were on their way at once',
    zh: () => '同时在途的请求体过多',
    fix: () => ({
      en: 'Nothing, unless it goes on: then look in the log of the proxy for who sends much, and slowly.',
      zh: '不需要做什么；如果一直如此，请在代理的日志里查看谁发送得多而且慢。',
    }),
  },
  'intake-unavailable': {
    en: () => 'the journal takes nothing: it is full, or its disk fails',
    zh: () => '日志簿无法写入：已满，或磁盘故障',
    fix: () => ({
      en: 'Bring Temporal and PostgreSQL back, which empty the journal, and look at its disk.',
      zh: '请恢复 Temporal 和 PostgreSQL，它们会清空日志簿，并查看它的磁盘。',
    }),
  },
  internal: {
    en: () => 'Waybell made a mistake',
    zh: () => 'Waybell 出错',
    fix: () => ({ en: 'Read the log, and report it.', zh: '请看日志，并报告这个错误。' }),
  },
};

/** A reason as it was stored; one that a newer version has written has no sentence here. */
export interface StoredReason {
  readonly reason: string;
  readonly place: string;
  readonly found: string;
}

/** Why, as a part of a sentence. */
export function explainRefusal({ reason, place, found }: StoredReason): Explanation {
  const said = saidOf(reason);
  if (said === undefined) return { en: reason, zh: reason };
  return {
    en: `${said.en(place)}${found && `, and there is ${found}`}`,
    zh: `${said.zh(place)}${found && `，现有 ${found}`}`,
  };
}

/** What a person does about it. */
export function refusalFix(reason: string, rotate: string, title: string): Explanation {
  return saidOf(reason)?.fix(rotate, title) ?? READ_LOG;
}

const READ_LOG: Explanation = { en: 'Read the log of the API.', zh: '请看 API 的日志。' };

function saidOf(reason: string): Said | undefined {
  return (SAID as Readonly<Record<string, Said | undefined>>)[reason];
}
