import type { Logger } from 'pino';
import { describeUnread, type UnreadFact } from '../shipment/shop-facts';

/** A word that stands in every order is told of so often; milliseconds. */
const TOLD_AGAIN_AFTER_MS = 3_600_000;
/** Words that are remembered: a column that holds something else has endless ones. */
const MOST_WORDS = 200;

/**
 * Names in the log what the shop's tables say and nobody understands: one line for each word in an hour, with how often
 * it was met since the last one. Deliveries go on as if nothing had been said.
 */
export function createUnreadNames(log: Logger, count?: (setting: string) => void, now = Date.now) {
  const told = new Map<string, { at: number; times: number }>();
  return (unread: readonly UnreadFact[]): void => {
    for (const fact of unread) {
      count?.(fact.setting);
      const key = `${fact.setting} ${fact.word ?? ''}`;
      const before = told.get(key);
      if (before !== undefined && now() - before.at < TOLD_AGAIN_AFTER_MS) {
        before.times += 1;
        continue;
      }
      if (before === undefined && told.size >= MOST_WORDS) continue;
      const { setting, column, word } = fact;
      log.warn({ setting, column, word, times: (before?.times ?? 0) + 1 }, describeUnread(fact));
      told.set(key, { at: now(), times: 0 });
    }
  };
}
