import type { Logger } from 'pino';
import { describeUnread, type UnreadFact } from '../shipment/shop-facts';
import { createOnceAnHour } from './once-an-hour';

/**
 * Names in the log what the shop's tables say and nobody understands: one line for each word in an hour, with how often
 * it was met since the last one. Deliveries go on as if nothing had been said.
 */
export function createUnreadNames(log: Logger, count?: (setting: string) => void, now = Date.now) {
  const timesToTell = createOnceAnHour(now);
  return (unread: readonly UnreadFact[]): void => {
    for (const fact of unread) {
      const { setting, column, word } = fact;
      count?.(setting);
      const times = timesToTell(`${setting} ${word ?? ''}`);
      if (times !== null) log.warn({ setting, column, word, times }, describeUnread(fact));
    }
  };
}
