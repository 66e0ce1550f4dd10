import type pg from 'pg';
import type { Logger } from 'pino';
import type { Alarms } from '../alarms';
import type { Receiver } from '../config/status-webhooks';
import { inTransaction } from '../database/pool';
import { listReceivers, type ReceiverState } from '../database/status-receivers';
import { every, type Repeated } from '../every';

const INTERVAL_MS = 20_000;
/** A restart or a release of the shop is over by then. */
const PATIENCE_MS = 10 * 60_000;

export interface ReceiverWatchParts {
  readonly pool: pg.Pool;
  readonly receivers: readonly Receiver[];
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly intervalMs?: number;
}

/** Looks again and again who takes no changes of statuses. Workers write it, and every process raises the alarm. */
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
      const refusing = states.filter((state) => refuses(state, Date.now()));
      alarms.setEach(
        'receiver-refuses',
        refusing.map((state) => ({ subject: state.receiver, sentence: `${describeRefusal(state)}.` })),
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

/** What a receiver does that does not take what it is told, as a sentence without its end. */
export function describeRefusal({ receiver, disabledAt, failingSince, words }: ReceiverState): string {
  if (disabledAt !== null) return `${receiver} has said that it wants no more (${words})`;
  return `${receiver} has taken no change since ${failingSince?.toISOString()}: ${words}`;
}
