import type pg from 'pg';
import type { Logger } from 'pino';
import type { Alarms } from '../alarms';
import type { Receiver } from '../config/status-webhooks';
import { inTransaction } from '../database/pool';
import { listReceivers, type ReceiverState } from '../database/status-receivers';
import { every, type Repeated } from '../every';
import type { Explanation } from '../shipment/explanation';

const INTERVAL_MS = 20_000;
/** A restart or a release of the shop is over by then. */
const PATIENCE_MS = 10 * 60_000;
/** What waits so long waits for something that does not end by itself: a slow receiver, or nobody who tells it. */
const BEHIND_MS = 60 * 60_000;

export interface ReceiverWatchParts {
  readonly pool: pg.Pool;
  readonly receivers: readonly Receiver[];
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly intervalMs?: number;
}

/** Looks again and again who takes no changes of statuses, or takes them too slowly. Workers write it, and every process raises the alarm. */
export function watchReceivers({
  pool,
  receivers,
  alarms,
  log,
  intervalMs = INTERVAL_MS,
}: ReceiverWatchParts): Repeated {
  const ids = receivers.map(({ id }) => id);
  return every(intervalMs, async () => {
    if (ids.length === 0) return alarms.setEach('receiver-refuses', []);
    try {
      const states = await inTransaction(pool, (db) => listReceivers(db, ids));
      const now = Date.now();
      const late = states.filter((state) => refuses(state, now) || isBehind(state, now));
      alarms.setEach(
        'receiver-refuses',
        late.map((state) => ({ subject: state.receiver, sentence: `${describeLateness(state).en}.` })),
      );
    } catch (error) {
      // Whether PostgreSQL answers at all, the alarm database-away says; who refused still does.
      log.debug({ err: error }, 'how far the receivers are could not be read');
    }
  });
}

function refuses({ disabledAt, failingSince }: ReceiverState, now: number): boolean {
  return disabledAt !== null || (failingSince !== null && now - failingSince.getTime() >= PATIENCE_MS);
}

/** Whether what waits for a receiver has waited for long, though it may take one after the other. */
export const isBehind = ({ oldestAt }: ReceiverState, now: number): boolean =>
  oldestAt !== null && now - oldestAt.getTime() >= BEHIND_MS;

/** What is wrong with a receiver that does not take what it is told, or not in time, as a sentence without its end. */
export function describeLateness(state: ReceiverState): Explanation {
  const { receiver, disabledAt, failures, failingSince, oldestAt, words } = state;
  if (disabledAt !== null)
    return {
      en: `${receiver} has said that it wants no more (${words})`,
      zh: `${receiver} 表示不再接收（${words}）`,
    };
  if (failures > 0) {
    const since = failingSince?.toISOString();
    return {
      en: `${receiver} has taken no change since ${since}: ${words}`,
      zh: `${receiver} 自 ${since} 起没有接受任何变化：${words}`,
    };
  }
  const oldest = oldestAt?.toISOString();
  return {
    en: `${receiver} is behind: a change of ${oldest} still waits for it`,
    zh: `${receiver} 落后了：${oldest} 的变化还在等它`,
  };
}
