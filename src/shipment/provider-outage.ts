import type { Explanation } from './explanation';

/** A provider whose requests fail, and none has succeeded since the first of them. */
export interface ProviderOutage {
  readonly provider: string;
  readonly since: Date;
  /** The last failure that was written down: when, our word for it, and the provider's. */
  readonly failedAt: Date;
  readonly reason: string;
  readonly words: string;
}

/** In words, after the name of the alarm. */
export function describeOutage({ provider, since, failedAt, reason, words }: ProviderOutage): Explanation {
  const last = words === '' ? reason : `${reason}: ${words}`;
  const [from, at] = [since.toISOString(), failedAt.toISOString()];
  return {
    en: `${provider} has taken no push since ${from}, and all requests fail; at ${at} with ${last}`,
    zh: `${provider} 自 ${from} 起没有接受任何推送，所有请求都失败；${at} 的应答：${last}`,
  };
}
