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
export function describeOutage({ provider, since, failedAt, reason, words }: ProviderOutage): string {
  const last = words === '' ? reason : `${reason}: ${words}`;
  return `${provider} has taken no push since ${since.toISOString()}, and all requests fail; at ${failedAt.toISOString()} with ${last}`;
}
